"""Calls that a client has carried out in its driver, where Ray's libraries run (docs/protocol.md, X1 to X10).

Only the client makes them; the code is here since its own wheel is to stay small.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import itertools
import os
import pickle
import queue
import re
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any, Final, Protocol

from ray_client_proto.v1 import operation_pb2 as op
from ray_client_proto.v1.payload_pb2 import Payload
from ray_client_proto.wire import tokens
from ray_client_proto.wire.unopened import ATOMS

RETURN, AWAIT, ITERATE, HOLD = op.CallLibrary.RETURN, op.CallLibrary.AWAIT, op.CallLibrary.ITERATE, op.CallLibrary.HOLD

#: What values are often made of; what of these is not here stays in the driver.
_PACKAGES: Final = (
    *("PIL", "fastapi", "jax", "numpy", "pandas", "polars", "pyarrow", "pydantic", "ray_client_libraries", "scipy"),
    *("sklearn", "starlette", "tensorflow", "torch", "xgboost"),
)
#: Methods that end an iterator, or change what it gives: what came of it before is not to be seen any more.
ENDING: Final = frozenset(("aclose", "athrow", "cancel", "close", "throw"))
#: How the names of variables begin that the libraries read. Natively they run in this process, and see its own.
_VARIABLES: Final = (
    *("RAY_AIR_", "RAY_CHDIR_", "RAY_DATA_", "RAY_LLM_", "RAY_SERVE_", "RAY_TRAIN_", "RAY_TUNE_", "RLLIB_"),
    *("SERVE_", "TRAIN_", "TUNE_"),
)
#: What the names of secrets have in them: these do not travel.
_SECRET: Final = ("CREDENTIAL", "KEY", "PASSWORD", "SECRET", "TOKEN")
_MISSING: Final = re.compile("no such file|not found|not exist", re.IGNORECASE)
_PATH: Final = re.compile(r"(?:/[^\s/'\"`:,;(){}<>]+)+")
_FRAME: Final = re.compile(r'File "[^"\n]*"')  # of a traceback
_PATHS: Final = 20  #: of an error's text, that are looked at
_DEPTH: Final = 4  #: of containers in the arguments
_HINT: Final = (
    "{path!r} is on this machine. The library runs on the cluster, and its paths are the cluster's: put the file where "
    "the cluster can read it, or read it here and pass on what is in it."
)
_SMALL_BYTES: Final = 1024  #: surely travels inline, whatever the server's limit
_numbers = itertools.count(1)
_own = threading.local()
_dropped: queue.SimpleQueue[Call] = queue.SimpleQueue()
#: All variables as they were when they were last looked at, and those that travel. One tuple, for several threads.
_variables: tuple[Any, dict[str, str]] = {}, {}


class Peer(Protocol):
    """The server, as far as it matters here."""

    def require(self, capability: str, doing: str) -> None: ...


class Session(Protocol):
    """The client's session, as far as it makes calls."""

    @property
    def peer(self) -> Peer: ...
    @property
    def is_open(self) -> bool: ...
    @property
    def calls(self) -> set[int]: ...
    def dump(self, value: Any) -> Payload: ...
    def request(
        self, operation: op.Operation, count: int = 1, is_urgent: bool = False
    ) -> tuple[int, list[Future[op.Reply]]]: ...
    def send(self, operation: op.Operation, is_urgent: bool) -> None: ...
    def abandon(self, request_id: int, replies: list[Future[op.Reply]]) -> None: ...
    def value_of(self, reply: op.Reply) -> Any: ...


class Call:
    """A call that is under way."""

    def __init__(
        self,
        session: Session,
        function: Callable[..., Any] | str | None,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        kind: op.CallLibrary.Kind = RETURN,
    ) -> None:
        """Begin it; a text is the name of a method of the first argument.

        Raises as `Session.dump` and `Session.request` do, and `ServerTooOldError`.
        """
        session.peer.require("library", "run functions in its driver")
        with contextlib.suppress(queue.Empty):
            while True:
                _dropped.get_nowait().leave()
        message = op.CallLibrary(
            kind=kind,
            call=_dumped(session, function, args, kwargs),
            thread=_thread_number(),
            lacks=_lacking(),
            columns=_columns(),
            environment=_environment(),
        )
        self._session, self._kept = session, (function, args, kwargs)  # until the driver has read what they name
        self._is_iteration = kind == ITERATE
        self._id, (self.reply,) = session.request(op.Operation(call_library=message))
        session.calls.add(self._id)
        self.reply.add_done_callback(lambda _: session.calls.discard(self._id))

    def result(self) -> Any:
        """Wait for the result. Ctrl-C goes to the library, which may then end in good order; a second one ends this.

        Raises:
            BaseException: what the function raised.
        """
        self.settle()
        return self.value()

    def settle(self) -> None:
        """Wait for the reply, as `result` does; what the function raised is kept for `value`.

        Raises:
            KeyboardInterrupt: the second Ctrl-C; the first too, of an iteration or of a call that had ended by then.
        """
        try:
            try:
                self.reply.result()
            except KeyboardInterrupt:
                _, (taken,) = self._session.request(self._interrupt(), 1, True)
                self.reply.result()
                # An iteration has no good order to end in. Of another call nothing has taken it if the answer was on
                # its way here already: then it would be lost.
                if self._is_iteration or not self._session.value_of(taken.result()):
                    raise
        except BaseException:
            self.leave()
            raise

    def leave(self) -> None:
        """Stop waiting: the call is interrupted, and what it still gives is let go."""
        self.interrupt()
        self._session.abandon(self._id, [self.reply])

    def drop(self) -> None:
        """Have the next call leave this one: garbage collection, which may come at any point, can take no lock."""
        _dropped.put(self)

    def value(self) -> Any:
        """Give the result, which is there; raises as `result`."""
        try:
            return self._session.value_of(self.reply.result())
        except Exception as error:
            if _MISSING.search(str(error)) and (path := self._path_of_here(str(error))) is not None:
                note(error, _HINT.format(path=path))
            raise

    def _path_of_here(self, text: str) -> str | None:
        """Give a path that an error names and only this machine has."""
        named = [given for given in _texts(self._kept[1:]) if given in text]
        named += _PATH.findall(_FRAME.sub("", text))[:_PATHS]
        here = next(filter(os.path.exists, filter(None, named)), None)
        if here is None or not self._session.is_open:
            return None
        with contextlib.suppress(Exception):  # it is about a better text for an error that there is
            return None if call(self._session, os.path.exists, here) else here
        return None

    def interrupt(self) -> None:
        """Pass a Ctrl-C on."""
        if self._session.is_open:
            self._session.send(self._interrupt(), True)

    def _interrupt(self) -> op.Operation:
        return op.Operation(interrupt_library=op.InterruptLibrary(request_id=self._id))


def call(session: Session, function: Callable[..., Any] | str | None, /, *args: Any, **kwargs: Any) -> Any:
    """Call a function in the driver, with the real `ray`; give what it gives, or what stands for it here.

    Raises:
        ServerTooOldError: the server cannot do this.
        BaseException: what the function raised, with the driver's traceback as its cause.
    """
    return Call(session, function, args, kwargs).result()


async def in_loop(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """Call a function in the event loop of who awaits this: for the driver, where what it makes may belong to a loop.

    Raises:
        BaseException: what the function raised.
    """
    return function(*args, **kwargs)


def note(error: BaseException, text: str) -> None:
    """Add a line to an error, once."""
    if hasattr(error, "add_note"):  # Python 3.11
        if text not in getattr(error, "__notes__", ()):
            error.add_note(text)
    elif error.__cause__ is not None and text not in str(error.__cause__):
        error.__cause__.args = (f"{error.__cause__.args[0]}\n{text}",)  # the driver's traceback


def _texts(value: Any, depth: int = _DEPTH) -> Iterator[str]:
    """Give the texts and paths among arguments."""
    if isinstance(value, (str, os.PathLike)):
        yield os.fsdecode(value)
    elif isinstance(value, (list, tuple, set, dict)) and depth:
        for item in [*value, *(value.values() if isinstance(value, dict) else ())][:_PATHS]:
            yield from _texts(item, depth - 1)


def _thread_number() -> int:
    if threading.current_thread() is threading.main_thread():
        return 0
    if not hasattr(_own, "number"):
        _own.number = next(_numbers)
    return int(_own.number)


@functools.cache
def _lacking() -> tuple[str, ...]:
    return tuple(name for name in _PACKAGES if importlib.util.find_spec(name) is None)


def _dumped(
    session: Session, function: Callable[..., Any] | str | None, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Payload:
    """Give the payload of a call; raises as `Session.dump`, whose work a method with plain arguments does not need."""
    is_plain = args and isinstance(args[0], tokens.LibraryPlace) and type(function) is str
    if is_plain and all(type(value) in ATOMS for value in (*args[1:], *kwargs.values())):
        stream = pickle.dumps((function, args, kwargs), 5)
        if len(stream) <= _SMALL_BYTES:
            return Payload(pickle=stream)
    return session.dump((function, args, kwargs))


def _environment() -> dict[str, str]:
    global _variables
    # To look at each name would cost a small call a twentieth of its time. The dict is not public; it was tried in
    # Python 3.10 to 3.13, and where it is not there each name is looked at.
    raw = vars(os.environ).get("_data", os.environ)
    if raw != _variables[0]:
        names = [name for name in os.environ if name.startswith(_VARIABLES)]
        read = {name: os.environ[name] for name in names if not any(word in name for word in _SECRET)}
        _variables = raw.copy(), read
    return _variables[1]


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns
    except (AttributeError, OSError, ValueError):
        return 0


def show(output: op.Output) -> None:
    """Write what a library has written in the driver."""
    stream = sys.stderr if output.is_stderr else sys.stdout
    if stream is not None:
        dropped = f"[{output.dropped} characters of output were dropped]\n" if output.dropped else ""
        stream.write(dropped + output.text)
        stream.flush()
