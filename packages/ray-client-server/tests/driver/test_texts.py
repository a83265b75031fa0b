"""What a client chose cannot act on the terminal of whoever reads the driver's log, nor pass for a line of it."""

from __future__ import annotations

import logging
from typing import Any

from ray_client_proto.v1.log_pb2 import LogRequest
from ray_client_server.driver.logs import Logs
from ray_client_server.driver.main import _Escaping
from ray_client_server.driver.port import WorkerLines

ODD = "name\x1b]0;title\x07\r\n2026-01-01 INFO a line of ours"


def record_of(text: str, error: BaseException | None = None) -> logging.LogRecord:
    info: Any = None if error is None else (type(error), error, None)
    return logging.LogRecord("driver", logging.INFO, "", 1, "refused because=%s", (text,), info)


def test_a_text_in_the_log_file_is_one_line_and_does_nothing() -> None:
    said = _Escaping("%(levelname)s %(message)s").format(record_of(ODD))
    assert said == r"INFO refused because=name\x1b]0;title\x07\r\n2026-01-01 INFO a line of ours"


def test_a_traceback_in_the_log_file_keeps_its_lines() -> None:
    said = _Escaping("%(message)s").format(record_of("x", ValueError("\x1b[2J")))
    assert said == "refused because=x\nValueError: \\x1b[2J"


def test_records_of_the_driver_are_escaped_for_readers_and_worker_lines_are_as_they_were() -> None:
    logs = Logs()
    with logs.reader() as reader:
        reader.want(LogRequest(is_enabled=True))
        logs.emit(record_of(ODD))
        logs.take_lines(WorkerLines(["\x1b[32mgreen\x1b[0m"], False, "f", 7, ""))
        (batch,) = [next(reader.batches())]
    assert "\x1b" not in batch.records[0].text and r"\x1b]0;title\x07\r" in batch.records[0].text
    assert batch.records[1].text == "\x1b[32mgreen\x1b[0m"
