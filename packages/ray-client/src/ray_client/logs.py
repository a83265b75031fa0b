"""The reader of the logs channel: what workers print is printed here, what the driver logs is logged here."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from ray_client import terminal
from ray_client.config import env
from ray_client.errors import RayClientError
from ray_client.repeats import Repeats
from ray_client.transport.backoff import BackoffPolicy
from ray_client.transport.stream import LogStream, StreamCutError
from ray_client_proto.bars import bars, state_of
from ray_client_proto.threads import Thread
from ray_client_proto.v1.log_pb2 import DRIVER, WORKER_STDERR, LogBatch, LogRecord, LogRequest, LogSource

log = logging.getLogger(__name__)


if TYPE_CHECKING:
    _StreamHandler = logging.StreamHandler[Any]
else:  # it takes no argument until Python 3.11
    _StreamHandler = logging.StreamHandler


class _ToStderr(_StreamHandler):
    """Writes to what is standard error at the time: tests and notebooks replace it."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        if self.stream is not None:  # as in a program without a terminal
            super().emit(record)


#: Records of the session's driver, Ray's own among them. Like Ray's own logger it has a handler of its own and is none
#: of the root's: a handler of the program's that itself calls Ray would else be fed with what its calls log there.
driver_log = logging.getLogger("ray_client.driver")
driver_log.setLevel(logging.DEBUG)  # the reader asks for those that are wanted
driver_log.propagate = False
_to_stderr = _ToStderr()
_OWN_FORMAT: Final = "%(asctime)s\t%(levelname)s %(filename)s -- %(message)s"
_to_stderr.setFormatter(logging.Formatter(_OWN_FORMAT))
driver_log.addHandler(_to_stderr)

_CYAN, _PLAIN = "\033[36m", "\033[0m"
_CLOSE_S: Final = 5.0  #: how long `close` waits for what is being printed
_REPEATS_S: Final = 0.05  #: what was held back is printed this often at most, so that it takes few threads


def show_as(format: str) -> None:
    """Have the driver's records shown in a form as of `logging.Formatter`; empty: in our own."""
    _to_stderr.setFormatter(logging.Formatter(format or _OWN_FORMAT))
    if format:
        for handler in (*driver_log.handlers, *logging.getLogger("ray").handlers):  # as Ray does with all of these
            handler.setFormatter(logging.Formatter(format))


class LogReader:
    """Follows a session's logs from a thread of its own until it is closed or the session has ended.

    A stream that breaks is opened again; what was written meanwhile may be lost, as rule L2 allows.
    Safe from any thread.
    """

    def __init__(
        self,
        open_stream: Callable[[], LogStream],
        backoff: BackoffPolicy | None = None,
        repeats: Repeats | None = None,
    ) -> None:
        """Prepare a reader that wants everything from INFO on; `start` starts it.

        Args:
            open_stream: opens a stream of the session's logs.
            backoff: how long to wait before a broken stream is opened again.
            repeats: merges lines that many processes print alike; without it they are all printed.
        """
        self._printer = _Printer(repeats)
        self._open_stream = open_stream
        self._backoff = backoff or BackoffPolicy()
        self._lock = threading.Lock()
        self._wanted = LogRequest(is_enabled=True, level=logging.INFO)
        self._stream: LogStream | None = None
        self._closed = threading.Event()
        self._thread = Thread("ray_client-logs", self._follow)

    def start(self) -> None:
        """Begin to read; once for each reader."""
        self._thread.start()

    def configure(self, enabled: bool = True, sources: Iterable[LogSource] = (), level: int = logging.INFO) -> None:
        """Say what is wanted from now on; before `start` and at any time after.

        Args:
            enabled: false: nothing.
            sources: values of `LogSource`; none: all.
            level: the lowest level of the driver's records.
        """
        wanted = LogRequest(is_enabled=enabled, sources=list(sources), level=level)
        with self._lock:
            self._wanted = wanted
            if self._stream is not None:
                self._stream.want(wanted)

    def close(self, linger_s: float = 0.0) -> None:
        """End reading; may be repeated.

        Args:
            linger_s: how long to go on first, for what is still on its way.
        """
        if linger_s and self._thread.is_alive():
            self._thread.join(linger_s)
        self._closed.set()
        with self._lock:
            stream = self._stream
        if stream is not None:
            stream.close()
        # What is being printed may take for ever, as before a pager that nobody scrolls.
        deadline_s = time.monotonic() + _CLOSE_S
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(_CLOSE_S)
        self._printer.close(max(0.0, deadline_s - time.monotonic()))
        bars.close(max(0.0, deadline_s - time.monotonic()))

    def _follow(self) -> None:
        delays = self._backoff.delays()
        while not self._closed.is_set():
            self._printer.begin()
            try:
                for batch in self._attach():
                    delays = self._backoff.delays()
                    self._printer.print(batch)
            except StreamCutError as cut:
                log.debug("logs.cut reason=%s", cut)
            except RayClientError as exc:
                log.debug("logs.ended reason=%s", exc)
                return  # the session has ended, or this server has no logs channel
            finally:
                self._detach()
            delay_s = next(delays, None)
            if delay_s is None or self._closed.wait(delay_s):
                return

    def _attach(self) -> LogStream:
        stream = self._open_stream()
        with self._lock:
            self._stream = stream
            stream.want(self._wanted)
        if self._closed.is_set():  # `close` ran before there was a stream to close
            stream.close()
        return stream

    def _detach(self) -> None:
        with self._lock:
            stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()


class _Printer:
    """Prints batches, and what was held back of them when its time has come. Safe from any thread."""

    def __init__(self, repeats: Repeats | None) -> None:
        self._repeats = repeats
        self._lock = threading.Lock()  # the order of lines is that in which they were taken
        self._timer: threading.Timer | None = None
        self._begun: list[str] = []  #: of a long line whose last record has not come (L4)

    def begin(self) -> None:
        """Take what comes as a new stream's: the end of a line that broke off will not come."""
        with self._lock:
            self._begun = []

    def print(self, batch: LogBatch) -> None:
        """Show a batch without the lines that other processes have just printed."""
        with self._lock:
            records: Iterable[LogRecord] = self._whole(batch.records)
            if self._repeats is not None:
                records = [shown for record in records for shown in self._taken(self._repeats, record)]
            show(records, batch.dropped)
            self._set_timer()

    def close(self, timeout_s: float) -> None:
        """Show what is still held, unless something else is being printed for so long; nothing is printed later."""
        if not self._lock.acquire(timeout=timeout_s):
            return
        try:
            if self._timer is not None:
                self._timer.cancel()
            if self._repeats is not None:
                show(self._repeats.rest())
        finally:
            self._lock.release()

    def _whole(self, records: Iterable[LogRecord]) -> Iterator[LogRecord]:
        """Yield the records with each long text in one (L4)."""
        for record in records:
            if record.is_continued:
                self._begun.append(record.text)
                continue
            if self._begun:
                record.text = "".join([*self._begun, record.text])
                self._begun = []
            yield record

    @staticmethod
    def _taken(repeats: Repeats, record: LogRecord) -> Iterable[LogRecord]:
        is_line = record.source != DRIVER and state_of(record.text) is None
        return repeats.take(record) if is_line else (record,)

    def _set_timer(self) -> None:
        if self._repeats is None or self._timer is not None or (due_s := self._repeats.due_s) is None:
            return
        timer = threading.Timer(max(due_s, _REPEATS_S), self._print_due, (self._repeats,))
        timer.name, timer.daemon = "ray_client-repeats", True
        with suppress(RuntimeError):  # the interpreter is ending, and `close` prints what is held
            timer.start()
            self._timer = timer

    def _print_due(self, repeats: Repeats) -> None:
        with self._lock:
            self._timer = None
            show(repeats.due())
            self._set_timer()


def show(records: Iterable[LogRecord], dropped: int = 0) -> None:
    """Print and log records, in their order. Whatever the program's own streams and handlers do, this raises nothing.

    Args:
        records: with whole texts.
        dropped: how many lines did not come.
    """
    is_colored = {is_err: env.is_prefix_colored() and terminal.is_terminal(is_err) for is_err in (False, True)}
    printed: dict[bool, list[str]] = {False: [], True: []}
    for record in records:
        if record.source == DRIVER:
            _log(record)
        elif (state := state_of(record.text)) is not None:
            bars.show_remote(state)
        else:
            is_err = record.source == WORKER_STDERR
            printed[is_err].append(format_line(record, is_colored[is_err]))
    for is_err, lines in printed.items():
        if lines:
            with bars.hidden():
                terminal.write("".join(lines), is_err)
    if dropped:
        with suppress(BaseException):
            driver_log.warning("%d lines of output were dropped because this process read too slowly", dropped)


def format_line(record: LogRecord, is_colored: bool = False) -> str:
    """Give a line of a worker's output as Ray prints it: `(name pid=1, ip=10.0.0.1) text`."""
    pid = f"pid={record.pid}" if record.pid else ""  # the autoscaler and its like have none
    name = " ".join(part for part in (record.task_name, pid) if part) or "cluster"
    prefix = f"({name}, ip={record.node_ip})" if record.node_ip else f"({name})"
    return f"{_CYAN}{prefix}{_PLAIN} {record.text}\n" if is_colored else f"{prefix} {record.text}\n"


def _log(record: LogRecord) -> None:
    is_of_server = record.logger.startswith("ray_client_server")  # how the driver lives is for the server's log
    if (is_of_server and record.level < logging.WARNING) or not driver_log.isEnabledFor(record.level):
        return
    made = driver_log.makeRecord(
        driver_log.name, record.level, record.logger or "driver", 0, record.text, (), None, func=None
    )
    made.created = record.time_s
    with suppress(BaseException):  # of a handler of the program's own
        driver_log.handle(made)
