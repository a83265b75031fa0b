"""Actors: their classes, their handles, their methods."""

from __future__ import annotations

import functools
import inspect
import operator
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar, final, overload

from ray_client.handles.current import current_session
from ray_client.handles.function import Prepared, is_generator
from ray_client.handles.graph import ClassNode, bind_method
from ray_client.handles.ids import ActorID
from ray_client.handles.methods import METHOD_MARKS, MethodFacts, describe_methods
from ray_client.handles.newer import judge
from ray_client.handles.object_ref import real_ids, refuse_plain_pickle
from ray_client.handles.presented import Presented
from ray_client.handles.results import handles_of
from ray_client.handles.undecorated import Undecorated
from ray_client.options import check_num_returns, check_strategy, validate_actor_options, validate_method_options
from ray_client.tracebacks import shorten, shorten_all, shortening

if TYPE_CHECKING:
    from ray_client.session.calls import ActorDescription
    from ray_client.session.session import Session
    from ray_client_proto.v1.payload_pb2 import Payload

__all__ = ["ActorClass", "ActorHandle", "ActorMethod", "method"]

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


@overload
def method(function: F, /) -> F: ...
@overload
def method(**options: Any) -> Callable[[F], F]: ...
def method(*args: Any, **options: Any) -> Any:
    """Give a decorator that sets options of an actor's method, as `ray.method` does; without any it sets none.

    Raises:
        AssertionError: it was used with something else than a function, or with an unknown option.
        ValueError: the number of results makes no sense.
    """
    unknown = options.keys() - METHOD_MARKS.keys()
    if unknown:
        raise AssertionError(f"unknown options of @ray.method: {sorted(unknown)}; it knows {list(METHOD_MARKS)}")

    @shortening
    def mark(function: Any) -> Any:
        check_num_returns(options.get("num_returns"), is_generator(function))
        for name, value in options.items():
            setattr(function, METHOD_MARKS[name], value)
        return function

    if len(args) == 1 and callable(args[0]) and not options:
        return mark(args[0])
    if args:
        raise AssertionError(  # as in Ray
            "The @ray.method decorator must be applied using no arguments or at least one of the arguments in the list "
            f"{list(METHOD_MARKS)}, for example '@ray.method(num_returns=2)'."
        )
    return mark


class ActorClassInheritanceException(TypeError):  # noqa: N818 (the name is Ray's)
    """A class was to be derived from an actor class."""


class ActorClass(Undecorated[T]):
    """A class whose instances live on the cluster: `C.remote(...)` creates one and returns its handle."""

    def __init__(self, cls: type[T], options: Mapping[str, Any], session: Session | None = None) -> None:
        """Wrap a class; its actors are created in `session`, or else in the one that is current then.

        Raises:
            ValueError, TypeError: an option is unknown or its value makes no sense.
            TypeError: the class is abstract.
        """
        if inspect.isabstract(cls):
            missing = ", ".join(sorted(cls.__abstractmethods__))  # type: ignore[attr-defined]  # as `isabstract` says
            raise TypeError(f"Can't make an actor class of the abstract class {cls.__name__}: it lacks {missing}")
        validate_actor_options(options)
        judge("actor", options, session)
        functools.update_wrapper(self, cls, updated=())
        self._class = cls
        self._options = dict(options)
        self._session = session
        self._methods = describe_methods(cls)
        self._signature = _init_signature(cls)
        self._prepared: Prepared | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        name = self._class.__name__
        raise TypeError(f"Actors cannot be instantiated directly. Instead of '{name}()', use '{name}.remote()'.")

    def __mro_entries__(self, bases: tuple[Any, ...]) -> NoReturn:
        raise ActorClassInheritanceException(
            f"Attempted to define a subclass of the actor class '{self._class.__name__}'. Inheriting from actor "
            "classes is not currently supported. You can instead inherit from a non-actor base class and make the "
            "derived class an actor class (with @ray.remote)."
        )

    def __getattr__(self, name: str) -> Any:
        # What the class itself has. Attributes of Python's own protocols are not the class's to lend.
        if name == "_class" or (name.startswith("__") and name.endswith("__")):
            raise AttributeError(f"'ActorClass' object has no attribute {name!r}")
        try:
            attribute = inspect.getattr_static(self._class, name)
        except AttributeError:
            raise AttributeError(f"'ActorClass({self._class.__name__})' object has no attribute {name!r}") from None
        if isinstance(attribute, FunctionType | property):  # of an instance, which this stands for here
            return attribute.__get__(self, self._class)
        return getattr(self._class, name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *dir(self._class)})

    def __repr__(self) -> str:
        return f"<{self._class.__module__}.ActorClass({self._class.__name__}) object at {id(self):#x}>"

    def remote(self, *args: Any, **kwargs: Any) -> ActorHandle[T]:
        """Create an actor; give its handle, without waiting for it to be there.

        A named actor is the exception: its name is checked before this returns, as in Ray.

        Raises:
            TypeError: the arguments do not fit the class.
            ValueError: the name is taken.
            PicklingError: the class or an argument cannot be pickled.
            NotConnectedError: no session is open.
            SessionError: the session has ended.
        """
        from ray_client.session import calls  # loads protobuf, which an import of this package must not

        prepared = self._prepare(self._session or current_session(f"{self._class.__name__}.remote()"))
        if self._signature is not None:
            self._signature.bind(*args, **kwargs)
        check_namespace(self._options.get("namespace"))
        actor_id = calls.create_actor(
            prepared.session,
            prepared.code.digest,
            args,
            kwargs,
            prepared.options,
            wants_answer=self._options.get("name") is not None,
        )
        return ActorHandle(prepared.session, actor_id, self._class.__name__, self._methods)

    def options(self, **options: Any) -> ActorClass[T]:
        """Give the same class with other options.

        Raises:
            ValueError, TypeError: an option is unknown or its value makes no sense.
        """
        validate_actor_options(options, in_options=True)
        changed = ActorClass(self._class, {**self._options, **options}, self._session)
        prepared = self._prepared
        # An environment may have files to upload, which is for the first call to do, and to the session of that call.
        if prepared is not None and prepared.session.is_open and "runtime_env" not in changed._options:
            changed._prepared = prepared._replace(options=changed._dump_options(prepared.session))
        return changed

    def _remote(
        self, args: Sequence[Any] | None = None, kwargs: Mapping[str, Any] | None = None, **options: Any
    ) -> ActorHandle[T]:
        return self.options(**options).remote(*(args or ()), **(kwargs or {}))

    def bind(self, *args: Any, **kwargs: Any) -> ClassNode:
        """Give the node of a graph that stands for an actor, which each `execute` of the graph creates."""
        return ClassNode(self, args, kwargs, self._options, self._class)

    def _prepare(self, session: Session) -> Prepared:
        check_strategy(self._options)
        prepared = self._prepared
        if prepared is None or prepared.session is not session or not prepared.code.is_current:
            from ray_client.session import calls

            judge("actor", self._options, session)
            code = calls.export_class(session, self._class)
            self._prepared = prepared = Prepared(session, code, self._dump_options(session))
        return prepared

    def _dump_options(self, session: Session) -> Payload | None:
        return session.dump_options(self._options) if self._options else None


@final
class ActorHandle(Presented, Generic[T]):
    """A handle of an actor. Its methods are attributes; call them with `handle.method.remote(...)`."""

    __slots__ = ("__weakref__", "_class_name", "_handle_id", "_methods", "_session")

    def __init__(self, session: Session, handle_id: int, class_name: str, methods: Mapping[str, MethodFacts]) -> None:
        self._session = session
        self._handle_id = handle_id
        self._class_name = class_name
        self._methods = methods

    @classmethod
    def described(cls, session: Session, handle_id: int, description: ActorDescription) -> ActorHandle[Any]:
        """Give a handle of an actor as the cluster describes it."""
        methods = {
            name: MethodFacts("streaming" if is_streaming else num_returns)
            for name, (num_returns, is_streaming) in description.methods.items()
        }
        return ActorHandle(session, handle_id, description.class_name, methods)

    def __getattr__(self, name: str) -> ActorMethod:
        try:
            if name not in self._methods:
                raise AttributeError(f"'{self._class_name}' actor has no method {name!r}; it has {self._names()}")
            return ActorMethod(self, name, self._methods[name], {})
        except AttributeError as error:
            shorten(error)
            raise

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._methods]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ActorHandle):
            return NotImplemented
        return self._handle_id == other._handle_id and self._session is other._session

    def __hash__(self) -> int:
        return hash((self._handle_id, self._session.id))

    def __repr__(self) -> str:
        return f"Actor({self._class_name}, #{self._handle_id} of session {self._session.id[:8]})"

    def __copy__(self) -> ActorHandle[T]:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> ActorHandle[T]:
        return self

    def __reduce__(self) -> NoReturn:
        raise refuse_plain_pickle(repr(self))

    def __del__(self) -> None:
        self._session.release(self._handle_id)

    @property
    def _actor_id(self) -> ActorID:
        """The id that Ray uses; this asks the cluster."""
        return ActorID(real_ids(self._session, self._handle_id)[0])

    @property
    def _ray_actor_id(self) -> ActorID:
        return self._actor_id

    def _names(self) -> str:
        return ", ".join(name for name in self._methods if not name.startswith("__")) or "none"


class ActorMethod:
    """A method of an actor on the cluster."""

    __slots__ = ("_actor", "_facts", "_name", "_options")

    def __init__(self, actor: ActorHandle[Any], name: str, facts: MethodFacts, options: Mapping[str, Any]) -> None:
        self._actor = actor
        self._name = name
        self._facts = facts
        self._options = options

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(
            f"Actor methods cannot be called directly. Instead of running 'object.{self._name}()', try "
            f"'object.{self._name}.remote()'."
        )

    def remote(self, *args: Any, **kwargs: Any) -> Any:
        """Call the method; give a reference to its result, at once as `f.remote` does.

        Raises:
            TypeError: the arguments do not fit the method.
            PicklingError: an argument cannot be pickled.
            SessionError: the session has ended.
        """
        from ray_client.session import calls  # loads protobuf, which an import of this package must not

        try:
            session = self._actor._session
            if self._facts.signature is not None:
                self._facts.signature.bind(*args, **kwargs)
            options = session.dump(dict(self._options)) if self._options else None
            results = calls.call_actor(
                session, self._actor._handle_id, self._name, args, kwargs, options, self._facts.num_returns
            )
            return handles_of(session, results)
        except BaseException as error:
            shorten(error)
            raise

    def _remote(
        self, args: Sequence[Any] | None = None, kwargs: Mapping[str, Any] | None = None, **options: Any
    ) -> Any:
        return self.options(**options).remote(*(args or ()), **(kwargs or {}))

    def __reduce__(self) -> tuple[Any, ...]:
        # Of Ray's own method on the other side, got from Ray's own handle.
        if self._options:
            return operator.methodcaller("options", **self._options), (getattr(self._actor, self._name),)
        return getattr, (self._actor, self._name)

    def bind(self, *args: Any, **kwargs: Any) -> Any:
        """Give the node of a graph that stands for this call; with several results, a tuple of one node for each."""
        return bind_method(self, self._name, self._facts.num_returns, args, kwargs)

    def options(self, **options: Any) -> ActorMethod:
        """Give the same method with other options.

        Raises:
            ValueError, TypeError: an option is unknown or its value makes no sense.
        """
        validate_method_options(options)
        judge("method", options, self._actor._session)
        num_returns = options.get("num_returns")
        facts = self._facts if num_returns is None else self._facts._replace(num_returns=num_returns)
        return ActorMethod(self._actor, self._name, facts, {**self._options, **options})


def check_namespace(namespace: str | None) -> None:
    """Check the namespace of an actor.

    Raises:
        ValueError: it is empty.
    """
    if namespace == "":
        raise ValueError('"" is not a valid namespace. Pass None to not specify a namespace.')


def _init_signature(cls: type) -> inspect.Signature | None:
    """Give the signature of the class's constructor without `self`; None where it cannot be known."""
    try:
        return inspect.signature(cls)
    except (TypeError, ValueError):  # classes of extension modules
        return None


shorten_all(globals(), but={"__init__"})
