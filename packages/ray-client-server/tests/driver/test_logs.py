"""The logs channel's readers (rules L1 to L3)."""

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
