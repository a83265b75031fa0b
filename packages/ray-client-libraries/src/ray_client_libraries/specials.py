"""What special methods of objects in the driver do here: those of iterating and awaiting have ways of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator
from typing import TYPE_CHECKING, Any, Final

from ray_client.cluster_only import LibraryValue
from ray_client.tracebacks import shortening
from ray_client_libraries.places import Place, Recipe, call, session_of
from ray_client_proto.wire import tokens

if TYPE_CHECKING:
    from ray_client.session.session import Session  # loads protobuf
    from ray_client_libraries.held import Held


def forward(name: str) -> Callable[..., Any]:
    """Give what a special method of that name does here."""
    own = _SPECIAL.get(name)
    if own is not None:
        return own

    def special(self: Held, *args: Any, **kwargs: Any) -> Any:
        return call(session_of(self), name, self, *args, **kwargs)

    special.__name__ = name
    return shortening(special)


class _Named(LibraryValue):
    """Names an object in the driver, and has no count of it: what is kept in an object's place must not hold that."""

    def __init__(self, object_id: int) -> None:
        self._object_id = object_id

    def token_in(self, session: Session) -> tuple[Any, ...]:
        return tokens.library_object, (self._object_id, (), ())


def _hash(self: Held) -> int:
    if isinstance(self._place, Recipe):
        return object.__hash__(self)  # whoever keeps it in a set or a dict now looks for it there later
    return int(call(session_of(self), "__hash__", self))


def _iter(self: Held) -> Any:
    if hasattr(type(self), "__next__"):
        return self  # with what has come already
    return call(session_of(self), iter, self)


def _next(self: Held) -> Any:
    place = self._place
    if not isinstance(place, Place):
        raise TypeError("what is only described cannot be iterated")
    if place.items is None:
        place.items = _pump(place.session, _Named(place.object_id))
    return next(place.items)


def _pump(session: Session, iterator: Any) -> Generator[Any, None, None]:
    """Give the items of an iterator in the driver (X5).

    Where they come fast, the next are asked for while these travel and are used.
    """
    from ray_client_proto import library  # loads protobuf

    def ask(*is_ahead: bool) -> library.Call:
        return library.Call(session, None, (iterator, *is_ahead), {}, library.ITERATE)

    ahead: library.Call | None = None
    is_over = is_fast = False
    try:
        while not is_over:
            taken, ahead = ahead or ask(), None
            taken.settle()
            if is_fast:
                ahead = ask(True)
            items, is_over, is_fast = taken.value()
            yield from items
    finally:
        if ahead is not None:
            ahead.drop()


@shortening
async def awaited(session: Session, function: Any, *args: Any) -> Any:
    """Give what an awaitable in the driver gives, or what a function there makes of the arguments.

    Raises:
        BaseException: what it raised; a cancellation is passed on to it.
    """
    import asyncio  # 40 ms that only those pay who use it

    from ray_client_proto import library  # loads protobuf

    call = library.Call(session, function, args, {}, library.AWAIT)
    try:
        # The reply itself stays as it is: the thread that reads will set it, whoever waits.
        await asyncio.shield(asyncio.wrap_future(call.reply))
    except asyncio.CancelledError:
        call.leave()
        raise
    return call.value()


def _await(self: Held) -> Generator[Any, None, Any]:
    return awaited(session_of(self), None, self).__await__()


def _aiter(self: Held) -> AsyncIterator[Any]:
    found: AsyncIterator[Any] = call(session_of(self), aiter, self)
    return found


def _anext(self: Held) -> Any:
    return awaited(session_of(self), anext, self)


def _exit(self: Held, kind: Any, error: Any, trace: Any) -> Any:
    """Leave a block there; its traceback stays here, with its frames."""
    return call(session_of(self), "__exit__", self, kind, error, None)


_SPECIAL: Final[dict[str, Callable[..., Any]]] = {
    f"__{function.__name__[1:]}__": shortening(function)
    for function in (_exit, _hash, _iter, _next, _await, _aiter, _anext)
}
