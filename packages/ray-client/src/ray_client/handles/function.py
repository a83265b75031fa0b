"""Remote functions."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, NoReturn, ParamSpec, TypeVar

from ray_client.handles.current import current_session
from ray_client.handles.results import handles_of
from ray_client.options import validate_task_options

if TYPE_CHECKING:
    from ray_client.session.session import Session
    from ray_client_proto.v1.payload_pb2 import Payload

P = ParamSpec("P")
T = TypeVar("T")


class Prepared(NamedTuple):
    """What is the same for every call in a session, made at the first."""

    session: Session
    digest: bytes
    options: Payload | None


class RemoteFunction(Generic[P, T]):
    """A function that runs on the cluster: `f.remote(...)` returns at once, with a reference to its result."""

    def __init__(self, function: Callable[P, T], options: Mapping[str, Any], session: Session | None = None) -> None:
        """Wrap a function; its calls use `session`, or else the one that is current when they are made.

        Raises:
            ValueError, TypeError: an option is unknown or its value makes no sense.
        """
        validate_task_options(options, is_generator=is_generator(function))
        functools.update_wrapper(self, function)
        self._function = function
        self._options = dict(options)
        self._session = session
        self._signature = inspect.signature(function)
        self._num_returns = options.get("num_returns") or default_num_returns(function, options)
        self._prepared: Prepared | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        name = self._function.__name__
        raise TypeError(
            f"Remote functions cannot be called directly. Instead of running '{name}()', try '{name}.remote()'."
        )

    def remote(self, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Run the function on the cluster; give a reference to its result without waiting for anything.

        Raises:
            TypeError: the arguments do not fit the function.
            PicklingError: the function or an argument cannot be pickled.
            NotConnectedError: no session is open.
            SessionError: the session has ended.
        """
        from ray_client.session import calls  # loads protobuf, which an import of this package must not

        prepared = self._prepare(self._session or current_session(f"{self._function.__name__}.remote()"))
        self._signature.bind(*args, **kwargs)
        results = calls.schedule_task(
            prepared.session, prepared.digest, args, kwargs, prepared.options, self._num_returns
        )
        return handles_of(prepared.session, results)

    def options(self, **options: Any) -> RemoteFunction[P, T]:
        """Give the same function with other options.

        Raises:
            ValueError, TypeError: an option is unknown or its value makes no sense.
        """
        validate_task_options(options, in_options=True)
        changed = RemoteFunction(self._function, {**self._options, **options}, self._session)
        if self._prepared is not None:
            changed._prepared = self._prepared._replace(options=changed._dump_options(self._prepared.session))
        return changed

    def _prepare(self, session: Session) -> Prepared:
        prepared = self._prepared
        if prepared is None or prepared.session is not session:
            from ray_client.session import calls

            digest = calls.export_function(session, self._function)
            self._prepared = prepared = Prepared(session, digest, self._dump_options(session))
        return prepared

    def _dump_options(self, session: Session) -> Payload | None:
        return session.dump(self._options) if self._options else None


def default_num_returns(function: Callable[..., Any], options: Mapping[str, Any]) -> int | str:
    """Give how many results a call has that does not say so: generators stream, as in Ray."""
    if options.get("num_returns") == 0:
        return 0
    return "streaming" if is_generator(function) else 1


def is_generator(function: Callable[..., Any]) -> bool:
    """Whether the function yields."""
    return inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)
