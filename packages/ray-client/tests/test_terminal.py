"""The program's standard output may be anything: lines reach it, and nothing that it does ends the output."""

from __future__ import annotations

import io
import logging
from typing import Any

import pytest

from ray_client import terminal
from ray_client.logs import show
from ray_client_proto.v1.log_pb2 import WORKER_STDERR, WORKER_STDOUT, LogRecord


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "_told", set())


def shown(*texts: str, is_err: bool = False) -> None:
    show([LogRecord(source=WORKER_STDERR if is_err else WORKER_STDOUT, text=text, pid=7) for text in texts])


@pytest.mark.parametrize(
    ("encoding", "written"),
    [
        ("ascii", "(pid=7) caf\\xe9 \\u2603 \\U0001f409\n"),
        ("cp1252", "(pid=7) café \\u2603 \\U0001f409\n"),
        ("utf-8", "(pid=7) café \u2603 \U0001f409\n"),
    ],
)
def test_what_cannot_be_encoded_is_written_as_an_escape(
    encoding: str, written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding, newline="\n"))
    shown("before", "café \u2603 \U0001f409", "after")
    assert raw.getvalue().decode(encoding) == f"(pid=7) before\n{written}(pid=7) after\n"


@pytest.mark.parametrize("name", [None, "no such encoding", 7])
def test_a_stream_that_names_no_encoding(name: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Narrow:
        encoding, texts = name, ""

        def write(self, text: str) -> None:
            text.encode("ascii")
            self.texts += text

    narrow = Narrow()
    monkeypatch.setattr("sys.stdout", narrow)
    shown("\u2603")
    assert narrow.texts == "(pid=7) \\u2603\n"


class Raising:
    def __init__(self, error: BaseException) -> None:
        self._error = error

    def write(self, text: str) -> None:
        raise self._error

    def flush(self) -> None:
        raise self._error

    @property
    def closed(self) -> bool:
        raise self._error

    def isatty(self) -> bool:
        raise self._error


@pytest.mark.parametrize("is_err", [False, True])
@pytest.mark.parametrize(
    "error", [TypeError("no"), OSError(28, "full"), RecursionError(), SystemExit(1), KeyboardInterrupt(), MemoryError()]
)
def test_a_stream_that_raises_is_told_of_once(
    error: BaseException, is_err: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("sys.stderr" if is_err else "sys.stdout", Raising(error))
    shown("x", is_err=is_err)
    shown("y", is_err=is_err)
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert f"raised {error!r}: output of tasks is lost" in record.getMessage()


@pytest.mark.parametrize("stream", [None, io.StringIO(), Raising(BrokenPipeError())], ids=["none", "closed", "broken"])
def test_where_nobody_reads_nothing_is_said(
    stream: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    if isinstance(stream, io.StringIO):
        stream.close()
    monkeypatch.setattr("sys.stdout", stream)
    shown("x")
    assert not caplog.records


def test_a_stream_of_bytes_is_told_of(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr("sys.stdout", io.BytesIO())
    shown("x")
    assert "sys.stdout, a _io.BytesIO, raised TypeError" in caplog.text


def test_a_deleted_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("sys.stdout")
    shown("x")


def test_later_lines_reach_what_takes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", Raising(TypeError("no")))
    shown("lost")
    taken = io.StringIO()
    monkeypatch.setattr("sys.stdout", taken)
    shown("\x1b[31mred\x1b[0m 10%\r20%\0", "")
    assert taken.getvalue() == "(pid=7) \x1b[31mred\x1b[0m 10%\r20%\0\n(pid=7) \n"
