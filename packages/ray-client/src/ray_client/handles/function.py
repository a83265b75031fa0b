"""Remote functions."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, NoReturn, ParamSpec, TypeVar, overload

from ray_client.handles.current import current_session
from ray_client.handles.graph import FunctionNode
from ray_client.handles.newer import judge
from ray_client.handles.results import handles_of
from ray_client.options import check_strategy, validate_task_options
from ray_client.tracebacks import shorten, shorten_all

if TYPE_CHECKING:
    from ray_client.handles.call_types import (
        T0,
        T1,
        T2,
        T3,
        T4,
        T5,
        T6,
        T7,
        T8,
        T9,
        R,
        Returns,
        Takes1,
        Takes2,
        Takes3,
        Takes4,
        Takes5,
        Takes6,
        Takes7,
        Takes8,
        Takes9,
        Takes10,
        Yields,
    )
    from ray_client.handles.object_ref import ObjectRef
    from ray_client.handles.ref_generator import ObjectRefGenerator
    from ray_client.session.exports import ExportedCode
    from ray_client.session.session import Session
    from ray_client_proto.v1.payload_pb2 import Payload

__all__ = ["RemoteFunction"]

P = ParamSpec("P")
T = TypeVar("T")


class Prepared(NamedTuple):
    """What is the same for every call in a session, made at the first."""

    session: Session
    code: ExportedCode
    options: Payload | None


class RemoteFunction(Generic[P, T]):
    """A function that runs on the cluster: `f.remote(...)` returns at once, with a reference to its result.

    It waits only to upload an argument of some 256 KiB or more, and while so many calls wait that there is no room.
    """

    def __init__(self, function: Callable[P, T], options: Mapping[str, Any], session: Session | None = None) -> None:
        """Wrap a function; its calls use `session`, or else the one that is current when they are made.

        Raises:
            ValueError, TypeError: an option is unknown or its value makes no sense, or the function is an `async def`.
        """
        if inspect.iscoroutinefunction(function):
            raise ValueError(
                "'async def' should not be used for remote tasks. You can wrap the async function with "
                "`asyncio.run(f())`, or make it a method of an actor."
            )
        validate_task_options(options, is_generator=is_generator(function))
        judge("task", options, session)
        functools.update_wrapper(self, function)
        self._function = function
        self._options = dict(options)
        self._session = session
        self._signature = inspect.signature(function)
        self._num_returns = options.get("num_returns") or default_num_returns(function, options)
        self._prepared: Prepared | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        name = f"{self._function.__module__}.{self._function.__name__}"
        raise TypeError(
            f"Remote functions cannot be called directly. Instead of running '{name}()', try '{name}.remote()'."
        )

    # Python has no way to say "each parameter may be a reference to its type" of all parameters at once.
    @overload
    def remote(self: Returns[P, NoReturn], *args: P.args, **kwargs: P.kwargs) -> Any: ...  # a function without types
    @overload
    def remote(  # type: ignore[overload-overlap]  # what yields is a value too, for those below
        self: Yields[P, R], *args: P.args, **kwargs: P.kwargs
    ) -> ObjectRefGenerator[R]: ...
    @overload
    def remote(self, *args: P.args, **kwargs: P.kwargs) -> ObjectRef[T]: ...
    @overload
    def remote(self: Takes1[T0, R], arg0: T0 | ObjectRef[T0], /) -> ObjectRef[R]: ...
    @overload
    def remote(self: Takes2[T0, T1, R], arg0: T0 | ObjectRef[T0], arg1: T1 | ObjectRef[T1], /) -> ObjectRef[R]: ...
    @overload
    def remote(
        self: Takes3[T0, T1, T2, R],
        arg0: T0 | ObjectRef[T0],
        arg1: T1 | ObjectRef[T1],
        arg2: T2 | ObjectRef[T2],
        /,
    ) -> ObjectRef[R]: ...
    @overload
    def remote(
        self: Takes4[T0, T1, T2, T3, R],
        arg0: T0 | ObjectRef[T0],
        arg1: T1 | ObjectRef[T1],
        arg2: T2 | ObjectRef[T2],
        arg3: T3 | ObjectRef[T3],
        /,
    ) -> ObjectRef[R]: ...
    @overload
    def remote(
        self: Takes5[T0, T1, T2, T3, T4, R],
        arg0: T0 | ObjectRef[T0],
        arg1: T1 | ObjectRef[T1],
        arg2: T2 | ObjectRef[T2],
        arg3: T3 | ObjectRef[T3],
        arg4: T4 | ObjectRef[T4],
        /,
    ) -> ObjectRef[R]: ...
    @overload
    def remote(
        self: Takes6[T0, T1, T2, T3, T4, T5, R],
        arg0: T0 | ObjectRef[T0],
        arg1: T1 | ObjectRef[T1],
        arg2: T2 | ObjectRef[T2],
        arg3: T3 | ObjectRef[T3],
        arg4: T4 | ObjectRef[T4],
        arg5: T5 | ObjectRef[T5],
        /,
    ) -> ObjectRef[R]: ...
    @overload
    def remote(
        self: Takes7[T0, T1, T2, T3, T4, T5, T6, R],
        arg0: T0 | ObjectRef[T0],
        arg1: T1 | ObjectRef[T1],
        arg2: T2 | ObjectRef[T2],
        arg3: T3 | ObjectRef[T3],
        arg4: T4 | ObjectRef[T4],
        arg5: T5 | ObjectRef[T5],
        arg6: T6 | ObjectRef[T6],
        /,
    ) -> ObjectRef[R]: ...
    @overload
    def remote(
        self: Takes8[T0, T1, T2, T3, T4, T5, T6, T7, R],
        arg0: T0 | ObjectRef[T0],
        arg1: T1 | ObjectRef[T1],
        arg2: T2 | ObjectRef[T2],
        arg3: T3 | ObjectRef[T3],
        arg4: T4 | ObjectRef[T4],
        arg5: T5 | ObjectRef[T5],
        arg6: T6 | ObjectRef[T6],
        arg7: T7 | ObjectRef[T7],
        /,
    ) -> ObjectRef[R]: ...
    @overload
    def remote(
        self: Takes9[T0, T1, T2, T3, T4, T5, T6, T7, T8, R],
        arg0: T0 | ObjectRef[T0],
        arg1: T1 | ObjectRef[T1],
        arg2: T2 | ObjectRef[T2],
        arg3: T3 | ObjectRef[T3],
        arg4: T4 | ObjectRef[T4],
        arg5: T5 | ObjectRef[T5],
        arg6: T6 | ObjectRef[T6],
        arg7: T7 | ObjectRef[T7],
        arg8: T8 | ObjectRef[T8],
        /,
    ) -> ObjectRef[R]: ...
    @overload
    def remote(
        self: Takes10[T0, T1, T2, T3, T4, T5, T6, T7, T8, T9, R],
        arg0: T0 | ObjectRef[T0],
        arg1: T1 | ObjectRef[T1],
        arg2: T2 | ObjectRef[T2],
        arg3: T3 | ObjectRef[T3],
        arg4: T4 | ObjectRef[T4],
        arg5: T5 | ObjectRef[T5],
        arg6: T6 | ObjectRef[T6],
        arg7: T7 | ObjectRef[T7],
        arg8: T8 | ObjectRef[T8],
        arg9: T9 | ObjectRef[T9],
        /,
    ) -> ObjectRef[R]: ...
    def remote(self, *args: Any, **kwargs: Any) -> Any:
        """Run the function on the cluster; give a reference to its result without waiting for anything.

        Raises:
            TypeError: the arguments do not fit the function.
            PicklingError: the function or an argument cannot be pickled.
            NotConnectedError: no session is open.
            SessionError: the session has ended.
        """
        from ray_client.session import calls  # loads protobuf, which an import of this package must not

        try:
            prepared = self._prepare(self._session or current_session(f"{self._function.__name__}.remote()"))
            self._signature.bind(*args, **kwargs)
            results = calls.schedule_task(
                prepared.session, prepared.code.digest, args, kwargs, prepared.options, self._num_returns
            )
            return handles_of(prepared.session, results)
        except BaseException as error:
            shorten(error)
            raise

    def options(self, **options: Any) -> RemoteFunction[P, T]:
        """Give the same function with other options.

        Raises:
            ValueError, TypeError: an option is unknown or its value makes no sense.
        """
        validate_task_options(options, in_options=True)
        changed = RemoteFunction(self._function, {**self._options, **options}, self._session)
        prepared = self._prepared
        # An environment may have files to upload, which is for the first call to do, and to the session of that call.
        if prepared is not None and prepared.session.is_open and "runtime_env" not in changed._options:
            changed._prepared = prepared._replace(options=changed._dump_options(prepared.session))
        return changed

    def _remote(
        self, args: Sequence[Any] | None = None, kwargs: Mapping[str, Any] | None = None, **options: Any
    ) -> Any:
        return self.options(**options).remote(*(args or ()), **(kwargs or {}))

    def bind(self, *args: Any, **kwargs: Any) -> FunctionNode:
        """Give the node of a graph that stands for this call, which its `execute` makes."""
        return FunctionNode(self, args, kwargs, self._options)

    def _prepare(self, session: Session) -> Prepared:
        check_strategy(self._options)
        prepared = self._prepared
        if prepared is None or prepared.session is not session or not prepared.code.is_current:
            from ray_client.session import calls

            judge("task", self._options, session)
            code = calls.export_function(session, self._function)
            self._prepared = prepared = Prepared(session, code, self._dump_options(session))
        return prepared

    def _dump_options(self, session: Session) -> Payload | None:
        return session.dump_options(self._options) if self._options else None


def default_num_returns(function: Callable[..., Any], options: Mapping[str, Any]) -> int | str:
    """Give how many results a call has that does not say so: generators stream, as in Ray."""
    if options.get("num_returns") == 0:
        return 0
    return "streaming" if is_generator(function) else 1


def is_generator(function: Callable[..., Any]) -> bool:
    """Whether the function yields."""
    return inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)


shorten_all(globals())
