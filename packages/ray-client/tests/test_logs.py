from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Iterator

import pytest

from ray_client.errors import SessionLostError
from ray_client.logs import LogReader, driver_log, format_line, show, show_as
from ray_client.transport.backoff import BackoffPolicy
from ray_client.transport.stream import StreamCutError
from ray_client_proto.v1.log_pb2 import DRIVER, WORKER_STDERR, WORKER_STDOUT, LogBatch, LogRecord, LogRequest, LogSource

NOW = BackoffPolicy(first_s=0.001, cap_s=0.001)


ENDED = SessionLostError("an-id", "it has ended")


class FakeStream:
    """One stream of logs: `send` gives the reader a batch, `asked` takes its next request."""

    def __init__(self) -> None:
        self._requests: queue.SimpleQueue[LogRequest] = queue.SimpleQueue()
        self._batches: queue.SimpleQueue[LogBatch | Exception] = queue.SimpleQueue()
        self.is_closed = threading.Event()

    def asked(self) -> LogRequest:
        return self._requests.get(timeout=10)

    def want(self, request: LogRequest) -> None:
        self._requests.put(request)

    def send(self, batch: LogBatch | Exception) -> None:
        self._batches.put(batch)

    def close(self) -> None:
        self.is_closed.set()
        self._batches.put(StreamCutError("closed"))

    def __iter__(self) -> Iterator[LogBatch]:
        while not isinstance(batch := self._batches.get(), Exception):
            yield batch
        raise batch


class Server:
    def __init__(self) -> None:
        self.streams: queue.SimpleQueue[FakeStream] = queue.SimpleQueue()

    def open(self) -> FakeStream:
        stream = FakeStream()
        self.streams.put(stream)
        return stream

    def next_stream(self) -> FakeStream:
        return self.streams.get(timeout=10)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def reader(server: Server) -> Iterator[LogReader]:
    made = LogReader(server.open, NOW)
    made.start()
    yield made
    made.close()


def line(text: str, source: LogSource = WORKER_STDOUT, **fields: object) -> LogRecord:
    return LogRecord(source=source, text=text, pid=7, level=20, **fields)  # type: ignore[arg-type]


def test_l1_each_request_replaces_the_one_before(server: Server, reader: LogReader) -> None:
    stream = server.next_stream()
    assert stream.asked() == LogRequest(is_enabled=True, level=20)
    reader.configure(True, [WORKER_STDERR], logging.ERROR)
    assert stream.asked() == LogRequest(is_enabled=True, sources=[WORKER_STDERR], level=40)
    reader.configure(enabled=False)
    assert not stream.asked().is_enabled


def test_a_cut_stream_is_opened_again_with_what_was_wanted_last(server: Server, reader: LogReader) -> None:
    first = server.next_stream()
    first.asked()
    reader.configure(level=logging.DEBUG)
    assert first.asked().level == 10
    first.send(StreamCutError("cut"))
    assert server.next_stream().asked().level == 10
    assert first.is_closed.is_set()


def test_it_stops_when_the_session_has_ended(server: Server) -> None:
    reader = LogReader(server.open, NOW)
    reader.start()
    server.next_stream().send(ENDED)
    reader._thread.join(10)
    assert not reader._thread.is_alive()
    assert server.streams.empty()
    reader.close()


def test_close_ends_the_thread(server: Server) -> None:
    reader = LogReader(server.open, NOW)
    reader.start()
    stream = server.next_stream()
    reader.close()
    reader.close()
    assert not reader._thread.is_alive()
    assert stream.is_closed.is_set()
    assert "ray_client-logs" not in {thread.name for thread in threading.enumerate()}


def test_worker_output_is_printed_with_ray_s_prefix(capsys: pytest.CaptureFixture[str]) -> None:
    show(
        [
            line("one", task_name="f"),
            line("oops", WORKER_STDERR, node_ip="10.0.0.2"),
            line("two", task_name="Counter(3)", node_ip="10.0.0.2"),
        ]
    )
    out, err = capsys.readouterr()
    assert out == "(f pid=7) one\n(Counter(3) pid=7, ip=10.0.0.2) two\n"
    assert err == "(pid=7, ip=10.0.0.2) oops\n"


def test_the_prefix_is_coloured_on_terminals_only() -> None:
    assert format_line(line("x"), is_colored=True) == "\033[36m(pid=7)\033[0m x\n"


def test_what_no_process_of_the_user_s_wrote_has_no_pid() -> None:
    assert format_line(LogRecord(text="x", task_name="autoscaler")) == "(autoscaler) x\n"
    assert format_line(LogRecord(text="x")) == "(cluster) x\n"


def test_driver_records_go_to_stderr_and_not_to_the_root_logger(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    of_root: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = of_root.append  # type: ignore[method-assign]
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    record = LogRecord(source=DRIVER, text="100% of it", level=logging.WARNING, logger="ray.worker", time_s=5.0)
    show([record], dropped=3)
    assert of_root == []
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("1970-01-01") and first.endswith("WARNING ray.worker -- 100% of it")
    assert "3 lines" in second


def test_they_can_be_taken_by_their_logger(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    caplog.clear()
    monkeypatch.setattr(driver_log, "handlers", [caplog.handler])
    of_ray = LogRecord(source=DRIVER, text="Ray's", level=logging.INFO, logger="ray.worker", time_s=5.0)
    of_server = LogRecord(
        source=DRIVER, text="driver.ending", level=logging.INFO, logger="ray_client_server.driver.main"
    )
    show([of_ray, of_server])
    [found] = caplog.records  # how the driver lives is for the server's log
    assert (found.name, found.levelno, found.getMessage()) == ("ray_client.driver", logging.INFO, "Ray's")
    assert found.created == 5.0
    driver_log.setLevel(logging.WARNING)
    try:
        show([of_ray])
    finally:
        driver_log.setLevel(logging.DEBUG)
    assert len(caplog.records) == 1


def test_their_form_is_what_init_was_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    record = LogRecord(source=DRIVER, level=logging.WARNING, logger="ray.worker", text="lost")
    own = logging.NullHandler()
    monkeypatch.setattr(logging.getLogger("ray"), "handlers", [own])
    try:
        show_as("%(levelname)s of %(filename)s: %(message)s")
        show([record])
        assert capsys.readouterr().err == "WARNING of ray.worker: lost\n"
        assert own.formatter is not None and own.formatter._fmt == "%(levelname)s of %(filename)s: %(message)s"
    finally:
        show_as("")  # as the next session does that is told nothing
    show([record])
    assert capsys.readouterr().err.endswith("\tWARNING ray.worker -- lost\n")


def test_a_handler_of_the_program_that_raises_harms_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    class Raising(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise SystemExit("no")

    logger, handler = logging.getLogger("ray_client.driver"), Raising()
    logger.addHandler(handler)
    try:
        show([LogRecord(source=DRIVER, text="x", level=logging.WARNING), line("after")], dropped=1)
    finally:
        logger.removeHandler(handler)
    assert capsys.readouterr().out == "(pid=7) after\n"


def test_l4_a_long_line_is_put_together_again(
    server: Server, reader: LogReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = Written()
    monkeypatch.setattr("sys.stdout", written)
    stream = server.next_stream()
    stream.send(LogBatch(records=[line("short"), line("a", is_continued=True)]))
    stream.send(LogBatch(records=[line("b", is_continued=True), line("c"), line("last")]))
    assert written.next() == "(pid=7) short\n"
    assert written.next() == "(pid=7) abc\n(pid=7) last\n"


def test_l4_the_end_of_a_line_does_not_come_after_a_cut(
    server: Server, reader: LogReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = Written()
    monkeypatch.setattr("sys.stdout", written)
    first = server.next_stream()
    first.send(LogBatch(records=[line("lost", is_continued=True)]))
    first.send(StreamCutError("cut"))
    server.next_stream().send(LogBatch(records=[line("new")]))
    assert written.next() == "(pid=7) new\n"


class Written:
    """A standard output that another thread writes to."""

    def __init__(self) -> None:
        self._texts: queue.SimpleQueue[str] = queue.SimpleQueue()

    def write(self, text: str) -> None:
        self._texts.put(text)

    def next(self) -> str:
        return self._texts.get(timeout=10)


def test_what_is_printed_for_ever_does_not_keep_close(
    server: Server, reader: LogReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Paused:
        began, goes_on = threading.Event(), threading.Event()

        def write(self, text: str) -> None:
            self.began.set()
            self.goes_on.wait(60)

    monkeypatch.setattr("ray_client.logs._CLOSE_S", 0.01)
    monkeypatch.setattr("sys.stdout", Paused())
    server.next_stream().send(LogBatch(records=[line("x")]))
    assert Paused.began.wait(10)
    reader.close()
    assert reader._thread.is_alive()
    Paused.goes_on.set()
