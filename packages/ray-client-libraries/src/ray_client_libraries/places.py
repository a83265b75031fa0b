"""Where an object of a library is: in a session's driver, or in a recipe that a driver will carry out."""

from __future__ import annotations

import contextlib
import functools
import inspect
import sys
import weakref
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from ray_client.handles import current
from ray_client_libraries import applications
from ray_client_proto.wire import tokens

if TYPE_CHECKING:
    from ray_client.session.session import Session  # loads protobuf
    from ray_client_libraries.held import Held


class Recipe:
    """A call that a driver will make, once in each session, when its result is first needed."""

    def __init__(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.function, self.args, self.kwargs = function, args, kwargs
        self.site = _site()
        self.is_under_way = False
        self.changes: dict[str, Any] = {}  # of attributes, as they are known here
        self.made: weakref.WeakKeyDictionary[Session, Held] = weakref.WeakKeyDictionary()
        #: Calls of its methods that have been recorded since, and how many of them each session has made.
        self.steps: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self._done: weakref.WeakKeyDictionary[Session, int] = weakref.WeakKeyDictionary()

    def carry_out(self, session: Session) -> Held:
        """Give what a session's driver has made of it.

        Raises:
            BaseException: what the call raised; it says where it was recorded.
        """
        from ray_client_proto import library  # loads protobuf

        made: Held | None = self.made.get(session)
        if made is None:
            self.is_under_way = True
            try:
                made = library.Call(session, self.function, self.args, self.kwargs, library.HOLD).result()
            except Exception as error:
                library.note(error, f"It was recorded at {self.site}")
                error.recorded_at = self.site  # type: ignore[attr-defined]  # whoever pickles lets it pass as it is
                raise
            finally:
                self.is_under_way = False
            self.made[session] = made
        for name, args, kwargs in self.steps[self._done.get(session, 0) :]:
            self._done[session] = self._done.get(session, 0) + 1
            library.Call(session, name, (made, *args), kwargs, library.HOLD).result()
        return made

    def arguments(self) -> dict[str, Any]:
        """Give the arguments by name, as far as the call names them or its signature does."""
        try:
            return inspect.signature(self.function).bind_partial(*self.args).arguments | self.kwargs
        except (TypeError, ValueError):  # it has none, or other arguments
            return self.kwargs

    def add(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Record a call of a method that only changes what is described; with a session it is made at once.

        Raises:
            BaseException: what the call raised.
        """
        self.steps.append((name, args, kwargs))
        session = current.find_session()
        if session is not None:
            self.carry_out(session)

    def token_in(self, session: Session) -> tuple[Any, ...]:
        """Give what stands for the result in a pickle; raises as `carry_out`."""
        if self.is_under_way:  # a class that is decorated knows itself by its name: it gets one of its own
            return functools.partial(self.function, *self.args, **self.kwargs), ()
        return self.carry_out(session).token_in(session)

    def copied(self, copied: Callable[[Any], Any]) -> Recipe:
        """Give another that makes an object of its own, of arguments that are copied so."""
        other = Recipe(self.function, copied(self.args), copied(self.kwargs))
        other.site, other.changes, other.steps = self.site, copied(self.changes), copied(self.steps)
        return other


class Description(Recipe):
    """A call that describes code of the user's for Serve, which may hold what Serve alone pickles."""

    def carry_out(self, session: Session) -> Held:
        applications.allow()
        if getattr(self.function, "_decorator", None) == ("ray.serve.api", "ingress"):
            applications.settle(*self.args)
        return super().carry_out(session)


class Place(tokens.LibraryPlace):
    """An object in a session's driver; gives its count back when nothing here stands for it any more."""

    def __init__(self, session: Session, object_id: int) -> None:
        self.session, self.object_id = session, object_id
        self.items: Generator[Any, None, None] | None = None  # of an iterator: what has come already, and what comes

    def __del__(self) -> None:
        self.session.release(self.object_id)

    def let_go(self, method: str) -> None:
        """Forget items that came, if a method that is about to be called ends the iterator (X5)."""
        from ray_client_proto import library  # loads protobuf

        if self.items is not None and method in library.ENDING:
            with contextlib.suppress(ValueError):  # another thread waits for one
                self.items.close()
                self.items = None


def call(session: Session, function: Any, /, *args: Any, **kwargs: Any) -> Any:
    """Call a function in the driver; see `ray_client_proto.library.call`."""
    from ray_client_proto import library  # loads protobuf

    return library.Call(session, function, args, kwargs).result()


def session_of(held: Held) -> Session:
    """Give the session that an object lives in, or is to be made in.

    Raises:
        NotConnectedError: it is to be made, and there is no session.
    """
    place = held._place
    return place.session if isinstance(place, Place) else current.current_session(f"this {type(held).__qualname__}")


def _site() -> str:
    """Give the line of the program that records something."""
    frame = sys._getframe(1)
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).partition(".")[0].startswith("ray_client"):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
