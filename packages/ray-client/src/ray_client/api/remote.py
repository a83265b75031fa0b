"""`remote`, for functions and classes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar, overload

from ray_client.handles.actor import ActorClass
from ray_client.handles.function import RemoteFunction
from ray_client.tracebacks import shorten_all, shortening

if TYPE_CHECKING:
    from ray_client.session.session import Session

P = ParamSpec("P")
T = TypeVar("T")

_USAGE = (
    "The @ray.remote decorator must be applied either with no arguments and no parentheses, for example "
    "'@ray.remote', or it must be applied using some of the arguments in the list of options, for example "
    "'@ray.remote(num_returns=2, resources={\"CustomResource\": 1})'."
)


class RemoteDecorator(Protocol):
    """What `remote` with options gives."""

    @overload
    def __call__(self, code: type[T], /) -> ActorClass[T]: ...  # type: ignore[overload-overlap]  # as below
    @overload
    def __call__(self, code: Callable[P, T], /) -> RemoteFunction[P, T]: ...


@overload
def remote(code: type[T], /) -> ActorClass[T]: ...  # type: ignore[overload-overlap]  # a class is callable too
@overload
def remote(code: Callable[P, T], /) -> RemoteFunction[P, T]: ...
@overload
def remote(**options: Any) -> RemoteDecorator: ...
def remote(*args: Any, **options: Any) -> Any:
    """Make a function or a class remote; with options, give a decorator that does.

    Raises:
        TypeError: what is decorated is neither a function nor a class.
        AssertionError: it was given something else, or nothing at all.
        ValueError: an option is unknown or its value makes no sense.
    """
    return remote_in(None, args, options)


def remote_in(session: Session | None, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Do `remote` for a session; for None, calls use the one that is current when they are made."""
    if len(args) == 1 and not options and callable(args[0]):
        return _wrap(args[0], {}, session)
    if args or not options:
        raise AssertionError(_USAGE)  # as in Ray
    return shortening(lambda code: _wrap(code, options, session))


def _wrap(code: Any, options: dict[str, Any], session: Session | None) -> Any:
    if isinstance(code, RemoteFunction | ActorClass):
        raise TypeError("The @ray.remote decorator must be applied to either a function or a class, and only once.")
    if inspect.isclass(code):
        return ActorClass(code, options, session)
    if inspect.isfunction(code) or hasattr(code, "__wrapped__"):
        return RemoteFunction(code, options, session)
    raise TypeError("The @ray.remote decorator must be applied to either a function or a class.")


shorten_all(globals())
