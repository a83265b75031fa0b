"""Ray's libraries run here: calls of the client's in threads of the driver (docs/protocol.md, rules X1 to X10).

The client's main thread has the driver's main thread, since Tune and Train take signals only there; each other thread
of the client's has one of its own. The thread that takes operations in order only hands calls over.
"""

from __future__ import annotations

import asyncio
import collections.abc
import contextlib
import ctypes
import enum
import functools
import os
import queue
import signal
import sys
import threading
import traceback
import types
import weakref
from collections.abc import Callable
from typing import Any, Final

from ray_client_proto.library import ENDING
from ray_client_proto.threads import Thread
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.operation_pb2 import CallLibrary, Output
from ray_client_proto.v1.payload_pb2 import Payload
from ray_client_proto.wire import tokens
from ray_client_proto.wire.ray_modules import is_cluster_only
from ray_client_server.driver import raised
from ray_client_server.driver.answer import Answer
from ray_client_server.driver.errors import OperationError, printable, refused, shortened
from ray_client_server.driver.extras import explained
from ray_client_server.driver.failures import describe
from ray_client_server.driver.iterating import Iteration, Places
from ray_client_server.driver.pickling import Codec
from ray_client_server.driver.references import Kind, References
from ray_client_server.driver.waiting import Loop

_NAMES: Final = "ray_client_libraries"  #: what a client has that knows them
_THREADS: Final = 1000  #: for those of a client that call
_IDLE_S: Final = 60.0  #: after which one ends: the client's own may have ended long ago
_TEXT_CHARACTERS: Final = 64 * 1024  #: of output that goes as one: what is longer goes in pieces
_COLUMNS: Final = 10_000  #: that a terminal may have: libraries fill lines up to its width
SPECIALS: Final = (
    *("__abs__", "__add__", "__aenter__", "__aexit__", "__aiter__", "__and__", "__anext__", "__array__", "__await__"),
    *("__bool__", "__bytes__", "__call__", "__ceil__", "__complex__", "__contains__", "__delitem__", "__divmod__"),
    *("__enter__", "__eq__", "__exit__", "__float__", "__floor__", "__floordiv__", "__format__", "__ge__"),
    *("__getitem__", "__gt__", "__hash__", "__iadd__", "__iand__", "__ifloordiv__", "__ilshift__", "__imatmul__"),
    *("__imod__", "__imul__", "__index__", "__int__", "__invert__", "__ior__", "__ipow__", "__irshift__", "__isub__"),
    *("__iter__", "__itruediv__", "__ixor__", "__le__", "__len__", "__length_hint__", "__lshift__", "__lt__"),
    *("__matmul__", "__mod__", "__mul__", "__ne__", "__neg__", "__next__", "__or__", "__pos__", "__pow__"),
    *("__radd__", "__rand__", "__rdivmod__", "__reversed__", "__rfloordiv__", "__rlshift__", "__rmatmul__"),
    *("__rmod__", "__rmul__", "__ror__", "__round__", "__rpow__", "__rrshift__", "__rshift__", "__rsub__"),
    *("__rtruediv__", "__rxor__", "__setitem__", "__sub__", "__truediv__", "__trunc__", "__xor__"),
    # What a notebook looks for.
    *("_repr_html_", "_repr_jpeg_", "_repr_json_", "_repr_latex_", "_repr_markdown_", "_repr_mimebundle_"),
    *("_repr_pdf_", "_repr_png_", "_repr_svg_"),
)

_METHODS: Final = (types.MethodType, types.BuiltinMethodType, types.MethodWrapperType)
_PLAIN: Final = frozenset((int, float, bool, str, bytes, type(None)))  #: what goes by value, whatever the client has

_Reduced = tuple[Any, ...]  # of a function, its arguments and, perhaps, a state


class Held:
    """What of an answer stays in the driver: the rule (X3), for one client that lacks some packages."""

    def __init__(self, references: References, lacks: collections.abc.Iterable[str] = ()) -> None:
        self._references, self._lacks = references, frozenset(lacks)

    def reduce(self, obj: Any, counted_ids: list[int]) -> _Reduced | None:
        """Give the token of what stays; None: it goes by value."""
        if isinstance(obj, BaseException):
            return self._reduce_error(obj)
        if isinstance(obj, _METHODS) and self._stays(_class_of(obj.__self__)):
            return tokens.library_method, (obj.__self__, obj.__name__)
        is_code = isinstance(obj, (type, types.FunctionType, types.BuiltinFunctionType))
        if _top(obj if is_code else type(obj)) in self._lacks:
            if getattr(obj, "shape", None) == () and hasattr(obj, "item"):  # a number of numpy's
                plain = obj.item()
                return type(plain), (plain,)
            return self.token(obj, counted_ids)
        if is_code:
            return self.token(obj, counted_ids) if _is_closure_of_library(obj) or _is_made_by_library(obj) else None
        if isinstance(obj, (types.ModuleType, enum.Enum)):
            return None
        return self.token(obj, counted_ids) if self._stays(type(obj)) else None

    def reduce_object(self, obj: Any, counted_ids: list[int]) -> _Reduced | None:
        """Do the same for values that are no answers of libraries: what one made stays, and what the client lacks."""
        if isinstance(obj, BaseException):
            return self._reduce_error(obj)
        if isinstance(obj, (type, types.ModuleType, enum.Enum)):
            return self.token(obj, counted_ids) if _is_made_by_library(obj) else None
        stays = _top(type(obj)) in self._lacks or any(map(_is_of_library, type(obj).__mro__))
        return self.token(obj, counted_ids) if stays else None

    def _reduce_error(self, error: BaseException) -> _Reduced | None:
        is_lacking = _top(type(error)) in self._lacks
        return raised.without_its_package(error) if is_lacking else raised.of_a_library(error)

    def _stays(self, cls: type) -> bool:
        moving = (collections.abc.Iterator, collections.abc.AsyncIterator, collections.abc.Awaitable)
        is_local = _top(cls) == "pyarrow" and "FileSystem" in cls.__name__  # it means this machine
        is_open = cls.__module__ == "contextlib"  # what a block is to enter and to leave
        return (
            _top(cls) in self._lacks
            or is_local
            or is_open
            or any(map(_is_of_library, cls.__mro__))
            or issubclass(cls, moving)
        )

    def token(self, obj: Any, counted_ids: list[int]) -> _Reduced:
        """Keep an object, and give its token (T15). An object that is kept already has its id (I2)."""
        handle_id = self._references.hand_out(Kind.LIBRARY, obj, _key_of(obj))
        counted_ids.append(handle_id)
        cls = type(obj)
        bases = tuple(f"{base.__module__}:{base.__qualname__}" for base in cls.__mro__[:-1])
        return tokens.library_object, (handle_id, bases, tuple(filter(_has(cls), SPECIALS)))


def _key_of(obj: Any) -> bytes:
    return b"%d" % id(obj)


def _has(cls: type) -> Callable[[str], bool]:
    return lambda name: getattr(cls, name, None) not in (None, getattr(object, name, None))


def _class_of(obj: Any) -> type:
    """Give the class whose methods an object's are: of a class itself, that one."""
    return obj if isinstance(obj, type) else type(obj)


def _is_of_library(code: Any) -> bool:
    return is_cluster_only(code.__module__ or "") or _is_made_by_library(code)


def _is_closure_of_library(code: Any) -> bool:
    is_closure = isinstance(code, types.FunctionType) and "<locals>" in code.__qualname__
    return is_closure and is_cluster_only(code.__module__ or "")


def _is_made_by_library(code: Any) -> bool:
    """Tell whether it is a class that a function of a library has made, though it has the name of one of the user's."""
    if not isinstance(code, type):
        return False
    if code not in _made_by_library:  # also of `int`: each class that travels is looked through once
        is_named_so = is_cluster_only(code.__module__ or "")
        _made_by_library[code] = not is_named_so and any(map(_is_closure_of_library, tuple(vars(code).values())))
    return _made_by_library[code]


_made_by_library: Final[weakref.WeakKeyDictionary[type, bool]] = weakref.WeakKeyDictionary()


def _top(code: Any) -> str:
    return str(code.__module__ or "").partition(".")[0]


class _Job:
    """One call, from its arrival to its answer."""

    def __init__(self, library: Library, call: CallLibrary, answer: Answer, lock: threading.Lock) -> None:
        self.library, self.call, self.answer, self._lock = library, call, answer, lock
        self.is_interrupted = self.is_answered = False

    def run(self) -> None:
        """Carry the call out, and answer; raises nothing but what an interrupt raises that comes late."""
        try:
            if self.is_interrupted:
                raise KeyboardInterrupt
            self.library.carry_out(self)
        # Code of the user's and of libraries, which raises anything; `sys.exit` too ends the call alone.
        except BaseException as error:  # noqa: BLE001
            self.fail(error)

    def fail(self, error: BaseException) -> None:
        """Answer with an error, unless there was an answer."""
        if not self.is_answered:
            self._end()
            self.answer.failure(self.library.failure_of(error))

    def succeed(self, value: Any, *, holds: bool = False) -> None:
        """Answer with a value."""
        payload = self.library.encode(value, holds)
        self._end()
        self.answer.value(payload)

    def _end(self) -> None:
        try:
            with self._lock:
                self.is_answered = True
        except BaseException:  # an interrupt that was under way is the answer
            self.is_answered = False
            raise
        self.library.forget(self)


class _Worker:
    """A thread for the calls of one of the client's."""

    def __init__(self, is_main: bool, retire: Callable[[_Worker], bool]) -> None:
        self.jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._is_main, self._retire, self._ident = is_main, retire, 0
        # An interrupt is raised under it, and only for the job that runs and has no answer: it can hit no other.
        self.lock = threading.Lock()
        self._current: _Job | None = None
        self._handlers: dict[signal.Signals, Any] = {}  # of the main thread

    def serve(self) -> None:
        """Run what comes; for ever if it is the main thread, and else until nothing has come for long."""
        self._ident = threading.get_ident()
        if self._is_main:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self._handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        while True:
            try:
                job = self.jobs.get(timeout=None if self._is_main else _IDLE_S)
            except KeyboardInterrupt:  # meant for nobody
                continue
            except queue.Empty:
                if self._retire(self):
                    return
                continue
            try:
                with self.lock:
                    self._current = job
                job.run()
                with self.lock:
                    self._current = None
                self._restore()
            except KeyboardInterrupt as late:  # raised while the job was at its end
                self._current = None
                job.fail(late)
                self._restore()
            del job  # or what it holds would live until the next one comes

    def _restore(self) -> None:
        """Set what handlers a library has left for signals back."""
        for number, handler in self._handlers.items():
            if signal.getsignal(number) is not handler:
                signal.signal(number, handler)

    def interrupt(self, job: _Job) -> bool:
        """Raise a KeyboardInterrupt in the job, or what its library makes of Ctrl-C; tell whether it was not done."""
        with self.lock:
            if job.is_answered:
                return False
            job.is_interrupted = True
            if self._current is job and self._is_main:
                signal.pthread_kill(self._ident, signal.SIGINT)
            elif self._current is job:
                thread = ctypes.c_ulong(self._ident)
                ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(KeyboardInterrupt))
            return True


class Stream:
    """Stands for `sys.stdout` or `sys.stderr`: what is written goes to the client (X7)."""

    encoding, errors = "utf-8", "replace"

    def __init__(self, original: Any, library: Library, is_stderr: bool) -> None:
        self._original, self._library, self._is_stderr = original, library, is_stderr
        self._dropped = 0

    def write(self, text: str) -> int:
        for at in range(0, len(text), _TEXT_CHARACTERS):
            piece = printable(text[at : at + _TEXT_CHARACTERS])
            is_taken = self._library.emit(Output(text=piece, is_stderr=self._is_stderr, dropped=self._dropped))
            self._dropped = 0 if is_taken else self._dropped + len(piece)
        return len(text)

    def writelines(self, lines: collections.abc.Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Do nothing: nothing is kept."""

    def isatty(self) -> bool:
        return self._library.columns > 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)


class Library:
    """The calls of one session. `begin` and `interrupt` never block; safe from any thread."""

    def __init__(self, codec: Codec, references: References, loop: Loop) -> None:
        self._codec, self._references, self._loop = codec, references, loop
        self._lock = threading.Lock()
        self._workers: dict[int, _Worker] = {}
        self._lacks: list[str] | None = None  #: what the client lacks
        self._held = Held(references)
        self._running: dict[int, tuple[_Job, Callable[[_Job], bool]]] = {}
        self._places = Places()
        self._variables_before: dict[str, str | None] = {}  # what those had here that the client has set
        self.columns = 0
        #: Sends output to the client; tells whether there was room.
        self.emit: Callable[[Output], bool] = lambda output: True
        #: Has the main thread call `serve_main`; None: there is none to be had.
        self.claim_main: Callable[[], object] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a call is under way: it holds the session past its lease (X8)."""
        return bool(self._running)

    def begin(self, call: CallLibrary, answer: Answer) -> None:
        """Have a call carried out in the thread that it belongs to."""
        for name, value in call.environment.items():
            if not name or "=" in name or "\0" in name + value:
                raise refused(Failure.INVALID_ARGUMENT, f"X10: no environment has a variable {name[:100]!r}")
        with self._lock:
            worker = self._workers.get(call.thread)
            if worker is None:
                if len(self._workers) >= _THREADS:
                    text = f"{_THREADS} threads of the client have calls of libraries already; use fewer"
                    raise refused(Failure.LIMIT_EXCEEDED, text, limit="library_threads", value=str(_THREADS))
                worker = self._workers[call.thread] = self._start(call.thread)
            job = _Job(self, call, answer, worker.lock)
            self._running[answer.request_id] = job, worker.interrupt
            self._take_environment(call.environment)
            if call.lacks != self._lacks:  # as the first time: a client has the same packages as long as it lives
                self._lacks = list(call.lacks)
                self._held = Held(self._references, self._lacks)
                if _NAMES not in self._lacks:  # it can read objects of libraries, wherever they come from
                    self._codec.hold = self._held.reduce_object
            worker.jobs.put(job)  # under the lock: a thread that ends meanwhile would not see it

    def _retire(self, worker: _Worker) -> bool:
        """Forget a thread with nothing to do, and tell whether it has."""
        with self._lock:
            if not worker.jobs.empty():
                return False
            self._workers = {number: one for number, one in self._workers.items() if one is not worker}
            return True

    def _take_environment(self, variables: collections.abc.Mapping[str, str]) -> None:
        """Set the client's variables, and give others back what they were: its libraries may read them at any time."""
        for name in self._variables_before.keys() - variables.keys():
            before = self._variables_before.pop(name)
            if before is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = before
        for name, value in variables.items():
            self._variables_before.setdefault(name, os.environ.get(name))
            os.environ[name] = value

    def _start(self, thread: int) -> _Worker:
        if not isinstance(sys.stdout, Stream):
            sys.stdout, sys.stderr = Stream(sys.stdout, self, False), Stream(sys.stderr, self, True)
        is_main = thread == 0 and self.claim_main is not None
        worker = _Worker(is_main, self._retire)
        if is_main and self.claim_main is not None:
            self.claim_main()
        else:
            Thread(f"library-{thread}", worker.serve).start()
        return worker

    def serve_main(self) -> None:
        """Carry out the calls of the client's main thread, in this process's."""
        with self._lock:  # or the worker that claims it might not be there yet
            worker = self._workers[0]
        worker.serve()

    def interrupt(self, request_id: int) -> bool:
        """Pass on a Ctrl-C, and tell whether there was a call to take it; one that is done takes none."""
        job, interrupt = self._running.get(request_id, (None, None))
        return job is not None and interrupt is not None and interrupt(job)

    def forget(self, job: _Job) -> None:
        """Take note that a call is done; its answer follows."""
        self._running.pop(job.answer.request_id, None)

    def carry_out(self, job: _Job) -> None:
        """Make a call and answer it; one that awaits is answered later."""
        call = job.call
        self._see_terminal(call.columns)
        function, args, kwargs = self._codec.decode(call.call, "a call of a library").value
        if type(function) is str:  # a method: the shortest way to say so, since nearly all calls are of these
            entry = self._references.find(Kind.LIBRARY, _key_of(args[0])) if function in ENDING else None
            if entry is not None and entry.iteration is not None:
                entry.iteration.let_go()
            function, args = _method(args[0], function), args[1:]
        value = args[0] if function is None else function(*args, **kwargs)
        if call.kind == CallLibrary.AWAIT:
            self._loop.start(self._await(job, value))
        elif call.kind == CallLibrary.ITERATE:
            self._iterate(job, value, is_ahead=len(args) > 1)
        else:
            job.succeed(value, holds=call.kind == CallLibrary.HOLD)

    def _iterate(self, job: _Job, iterator: Any, is_ahead: bool) -> None:
        entry = self._references.find(Kind.LIBRARY, _key_of(iterator))
        iteration = (None if entry is None else entry.iteration) or Iteration(iterator, self._places)
        if entry is not None:
            entry.iteration = iteration
        self._running[job.answer.request_id] = job, lambda _job: iteration.interrupt()
        job.succeed(tuple(iteration.take(is_ahead)))

    async def _await(self, job: _Job, awaitable: Any) -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        if task is not None:  # as it is here, where nothing else can end the call meanwhile
            cancel = task.cancel

            def interrupt(job: _Job) -> bool:
                loop.call_soon_threadsafe(cancel)
                return not job.is_answered

            self._running[job.answer.request_id] = job, interrupt
        try:
            job.succeed(await awaitable)
        except asyncio.CancelledError:
            job.fail(KeyboardInterrupt())
        # As in `_Job.run`.
        except BaseException as error:  # noqa: BLE001
            job.fail(error)

    def encode(self, value: Any, holds: bool) -> Payload:
        """Give the payload of an answer: by value where that can be, else what stands for it (X3)."""
        if type(value) in _PLAIN and not holds:
            return self._codec.encode(value)
        held = self._held
        if not holds:
            try:
                return self._codec.encode(value, held.reduce)
            except OperationError as error:
                if isinstance(error.__cause__, KeyboardInterrupt):
                    raise error.__cause__ from None
                if error.failure.code != Failure.PICKLE_FAILED:
                    raise

        def keep(obj: Any, counted_ids: list[int]) -> Any:
            return held.token(obj.value, counted_ids) if type(obj) is _Kept else None

        return self._codec.encode(_Kept(value), keep)

    def failure_of(self, error: BaseException) -> Failure:
        """Describe an error: with itself, where it can travel, and the driver's traceback (X6)."""
        try:
            return self._failure_of(explained(error))
        # As in `describe`: it may raise anything where it is looked at.
        except BaseException:  # noqa: BLE001
            return describe(error, self._codec)

    def _failure_of(self, error: BaseException) -> Failure:
        failure = describe(error, self._codec)
        if failure.code == Failure.RAY_ERROR and not type(error).__module__.startswith("ray.exceptions"):
            frames = error.__traceback__
            while frames is not None and frames.tb_frame.f_globals.get("__name__") == __name__:
                frames = frames.tb_next  # ours
            failure.traceback = shortened("".join(traceback.format_exception(type(error), error, frames)))
            failure.details["kinds"] = " ".join(cls.__name__ for cls in raised.kinds_of(type(error)))
            with contextlib.suppress(OperationError):  # its name and text are there
                failure.cause.CopyFrom(self._codec.encode(error, self._held.reduce))
        return failure

    def _see_terminal(self, columns: int) -> None:
        self.columns = min(columns, _COLUMNS)
        if columns:
            os.environ["COLUMNS"] = str(self.columns)


def _method(obj: Any, name: str) -> Any:
    """Give a method; a special one of a class, such as the call that makes an instance, is its metaclass's."""
    if isinstance(obj, type) and name.startswith("__") and hasattr(type(obj), name):
        return functools.partial(getattr(type(obj), name), obj)
    return getattr(obj, name)


class _Kept:
    """Wraps what is to be held, so that it has a reducer whatever it is."""

    def __init__(self, value: Any) -> None:
        self.value = value
