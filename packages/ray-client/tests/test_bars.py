from __future__ import annotations

import io
import json
import sys
from typing import Any

import pytest

from ray_client import logs
from ray_client.experimental import tqdm_ray
from ray_client_proto.bars import Bars, bars, state_of
from ray_client_proto.v1.log_pb2 import WORKER_STDOUT, LogRecord


class FakeBar:
    """Writes down what is done to it."""

    made: list[FakeBar]

    def __init__(self, **options: Any) -> None:
        self.n: float = 0
        self.total = options["total"]
        self.desc, self.unit = options["desc"], options["unit"]
        self.done: list[str] = []
        FakeBar.made.append(self)

    def set_description(self, desc: str, refresh: bool = True) -> None:
        self.desc = desc

    def refresh(self) -> None:
        self.done.append("refresh")

    def clear(self) -> None:
        self.done.append("clear")

    def close(self) -> None:
        self.done.append("close")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[FakeBar]:
    FakeBar.made = []
    monkeypatch.setattr(bars, "_draw", FakeBar)
    monkeypatch.setattr(bars, "_drawn", {})
    return FakeBar.made


def state(**changed: Any) -> dict[str, Any]:
    fields = {"x": 0, "pos": 0, "desc": "work", "total": 10, "unit": "it", "ip": "10.0.0.1", "pid": 7}
    return {"__magic_token__": "__ray_tqdm_magic_token__", **fields, "uuid": "u1", "closed": False, **changed}


@pytest.mark.parametrize("line", ["hello", '{"a": 1}', "__ray_tqdm_magic_token__", '["__ray_tqdm_magic_token__"]'])
def test_other_lines_are_no_state(line: str) -> None:
    assert state_of(line) is None


def test_a_worker_s_bar_is_drawn_moved_and_closed(made: list[FakeBar]) -> None:
    for changed in ({}, {"x": 4}, {"x": 10, "closed": True}):
        text = json.dumps(state(**changed))
        logs.show([LogRecord(source=WORKER_STDOUT, text=text, pid=7)])
    [bar] = made
    assert (bar.n, bar.total, bar.unit, bar.desc) == (10, 10, "it", "(pid=7, ip=10.0.0.1) work")
    assert bar.done == ["refresh", "refresh", "refresh", "close"]


def test_lines_are_printed_beside_bars(made: list[FakeBar], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    bars.show(state())
    logs.show([LogRecord(source=WORKER_STDOUT, text="hello", task_name="f", pid=7)])
    assert sys.stdout.getvalue() == "(f pid=7) hello\n"  # type: ignore[attr-defined]
    assert made[0].done == ["refresh", "clear", "refresh"]
    bars.close()
    assert made[0].done[-1] == "close"


@pytest.mark.parametrize(
    "line",
    [
        json.dumps(state(uuid=["u1"])),
        "[" * 100_000 + '"__ray_tqdm_magic_token__"' + "]" * 100_000,
    ],
    ids=["no uuid", "deep"],
)
def test_what_looks_like_a_state_is_a_line(line: str) -> None:
    assert state_of(line) is None


def test_a_bar_that_cannot_be_drawn_harms_nothing(
    made: list[FakeBar],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuse(_bar: FakeBar) -> None:
        raise TypeError("no")

    bars.show(state())
    monkeypatch.setattr(bars, "_is_warned", False)
    for method in ("refresh", "clear", "close"):
        monkeypatch.setattr(FakeBar, method, refuse)
    texts = [json.dumps(state()), json.dumps(state(x=1)), "hello"]
    logs.show([LogRecord(source=WORKER_STDOUT, text=text, pid=7) for text in texts])
    assert capsys.readouterr().out == "(pid=7) hello\n"
    assert len(caplog.records) == 1
    bars.close()


def test_without_tqdm_it_is_said_once(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    mine = Bars()
    mine.show(state())
    mine.show(state(x=1))
    assert [record.message for record in caplog.records] == [
        "tqdm is not installed here, so progress bars are not drawn: `pip install tqdm`"
    ]


def test_a_bar_of_this_process(made: list[FakeBar], capsys: pytest.CaptureFixture[str]) -> None:
    bar = tqdm_ray.tqdm(range(3), desc="here", flush_interval_s=0)
    assert list(bar) == [0, 1, 2]
    bar.set_description("there")
    tqdm_ray.safe_print("hello")
    bar.close()
    assert (made[0].n, made[0].total, made[0].desc) == (3, 3, "there")
    assert made[0].done[-1] == "close"
    assert capsys.readouterr().out == "hello\n"
    with pytest.raises(ValueError, match="No iterable"):
        next(iter(tqdm_ray.tqdm(total=3)))


def test_a_bar_is_not_drawn_at_every_step(made: list[FakeBar]) -> None:
    bar = tqdm_ray.tqdm(total=1000)
    for _ in range(1000):
        bar.update()
    assert made[0].done == ["refresh"]
    bar.close()
    assert made[0].n == 1000
