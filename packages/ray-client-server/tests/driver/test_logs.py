"""The logs channel's readers (rules L1 to L4)."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from ray_client_proto.v1.log_pb2 import DRIVER, WORKER_STDERR, WORKER_STDOUT, LogRequest
from ray_client_server.driver.logs import Logs, Reader
from ray_client_server.driver.port import WorkerLines


@pytest.fixture
def logs() -> Logs:
    return Logs()


@pytest.fixture
def reader(logs: Logs) -> Iterator[Reader]:
    with logs.reader() as reader:
        yield reader


def write(logs: Logs, *lines: str, is_stderr: bool = False) -> None:
    logs.take_lines(WorkerLines(list(lines), is_stderr, "f", 12, "192.0.2.1"))


def texts(reader: Reader) -> list[str]:
    return [record.text for record in next(reader.batches()).records]


def test_lines_come_one_by_one_with_their_origin(logs: Logs, reader: Reader) -> None:
    reader.want(LogRequest(is_enabled=True))
    write(logs, "a", "b")
    first, second = next(reader.batches()).records
    assert (first.text, second.text, first.source) == ("a", "b", WORKER_STDOUT)
    assert (first.task_name, first.pid, first.node_ip) == ("f", 12, "192.0.2.1")


def test_l1_nothing_comes_before_it_is_wanted_and_each_request_replaces_the_last(logs: Logs, reader: Reader) -> None:
    write(logs, "early")
    reader.want(LogRequest(is_enabled=True, sources=[WORKER_STDERR]))
    write(logs, "out")
    write(logs, "err", is_stderr=True)
    assert texts(reader) == ["err"]
    reader.want(LogRequest(is_enabled=True, sources=[WORKER_STDOUT]))
    write(logs, "out")
    write(logs, "err", is_stderr=True)
    assert texts(reader) == ["out"]
    write(logs, "kept no longer")
    reader.want(LogRequest(is_enabled=False))
    reader.want(LogRequest(is_enabled=True))
    write(logs, "again")
    assert texts(reader) == ["again"]


def test_l1_records_of_the_driver_have_a_level(logs: Logs, reader: Reader) -> None:
    reader.want(LogRequest(is_enabled=True, sources=[DRIVER], level=logging.WARNING))
    for level, text in ((logging.INFO, "quiet"), (logging.ERROR, "loud %s")):
        logs.handle(logging.LogRecord("ray.x", level, "f.py", 1, text, ("one",) if "%" in text else None, None))
    (record,) = next(reader.batches()).records
    assert (record.text, record.logger, record.level) == ("loud one", "ray.x", logging.ERROR)


def test_l2_a_slow_reader_loses_the_oldest_and_is_told(logs: Logs, reader: Reader) -> None:
    reader.want(LogRequest(is_enabled=True))
    write(logs, *map(str, range(10_003)))
    batches = reader.batches()
    batch = next(batches)
    assert (batch.dropped, batch.records[0].text) == (3, "3")
    assert next(batches).dropped == 0


def test_l2_a_line_is_kept_or_dropped_as_a_whole(logs: Logs, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ray_client_server.driver.logs._KEPT_CHARACTERS", 200_000)
    reader.want(LogRequest(is_enabled=True))
    write(logs, "first", "a" * 150_000, "b" * 100_000, "last")
    batch = next(reader.batches())
    assert batch.dropped == 2
    assert "".join(record.text for record in batch.records) == "b" * 100_000 + "last"
    write(logs, "c" * 200_000)  # what was taken counts no more
    assert next(reader.batches()).dropped == 0


def test_l4_a_long_text_comes_in_several_records(logs: Logs, reader: Reader) -> None:
    text = "ab" * 100_000
    reader.want(LogRequest(is_enabled=True))
    write(logs, text, "", "next")
    logs.handle(logging.LogRecord("ray.x", logging.INFO, "f.py", 1, text, None, None))
    records = list(next(reader.batches()).records)
    assert [record.is_continued for record in records] == [True] * 3 + [False] * 3 + [True] * 3 + [False]
    assert "".join(record.text for record in records) == f"{text}next{text}"
    assert all(record.pid == 12 for record in records[:6])


def test_halves_of_surrogate_pairs_are_written_as_escapes(logs: Logs, reader: Reader) -> None:
    reader.want(LogRequest(is_enabled=True))
    write(logs, "caf\udce9 \u2603")
    logs.handle(logging.LogRecord("ray.\ud800", logging.INFO, "f.py", 1, "\udcff", None, None))
    assert texts(reader) == ["caf\\udce9 \u2603", "\\udcff"]


def test_a_record_that_cannot_be_formatted_harms_nobody(logs: Logs, reader: Reader) -> None:
    reader.want(LogRequest(is_enabled=True))
    logs.handle(logging.LogRecord("ray.x", logging.INFO, "f.py", 1, "%d of them", ("some",), None))
    write(logs, "after")
    assert texts(reader) == ["after"]


def test_l3_each_reader_has_its_own(logs: Logs, reader: Reader) -> None:
    reader.want(LogRequest(is_enabled=True))
    with logs.reader() as other:
        other.want(LogRequest(is_enabled=True))
        write(logs, "x")
        assert texts(other) == texts(reader) == ["x"]
    write(logs, "y")
    assert texts(reader) == ["y"]


def test_a_closed_reader_ends(reader: Reader) -> None:
    reader.close()
    assert list(reader.batches()) == []
