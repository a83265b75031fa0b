"""Lines that many processes print alike: the first at once, the others counted."""

from __future__ import annotations

import re
import threading

import pytest

from ray_client.config import env
from ray_client.config.env import LogMerging
from ray_client.errors import ConnectError
from ray_client.logs import LogReader
from ray_client.repeats import Repeats
from ray_client_proto.v1.log_pb2 import DRIVER, WORKER_STDERR, WORKER_STDOUT, LogBatch, LogRecord


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def line(text: str, pid: int, **fields: object) -> LogRecord:
    return LogRecord(**{"source": WORKER_STDOUT, "text": text, "pid": pid, "task_name": "f", **fields})  # type: ignore[arg-type]


def shown(repeats: Repeats, *records: LogRecord) -> list[str]:
    return [record.text for given in records for record in repeats.take(given)]


def test_the_first_is_shown_and_others_are_counted(clock: Clock) -> None:
    repeats = Repeats(LogMerging(), clock)
    assert shown(repeats, *(line("hello", pid) for pid in range(1, 6))) == ["hello"]
    assert repeats.due_s == 5
    clock.now_s += 5
    assert repeats.due_s == 0
    [told] = repeats.due()
    assert told.text.startswith("hello [repeated 4x across cluster]")
    assert told.pid == 5


def test_how_to_see_all_is_said_once(clock: Clock) -> None:
    repeats = Repeats(LogMerging(), clock)
    told = []
    for text in ("a", "b"):
        shown(repeats, *(line(text, pid) for pid in (1, 2, 3)))
        told += [record.text for record in repeats.rest()]
    assert "RAY_DEDUP_LOGS=0" in told[0]
    assert told[1] == "b [repeated 2x across cluster]"


def test_numbers_make_no_difference(clock: Clock) -> None:
    repeats = Repeats(LogMerging(), clock)
    assert shown(repeats, line("step 1 of 0x7f took 3.5s", 1), line("step 2  of 0x80 took 9s", 2)) == [
        "step 1 of 0x7f took 3.5s"
    ]
    assert shown(repeats, line("other words", 2)) == ["other words"]


def test_lines_of_numbers_alone_are_all_shown(clock: Clock) -> None:
    repeats = Repeats(LogMerging(), clock)
    assert shown(repeats, line("1", 1), line("2", 2), line("", 1), line("", 2)) == ["1", "2", "", ""]


def test_one_process_may_repeat_itself(clock: Clock) -> None:
    repeats = Repeats(LogMerging(), clock)
    assert shown(repeats, line("hello", 1), line("hello", 1)) == ["hello", "hello"]
    assert shown(repeats, line("hello", 1, node_ip="10.0.0.2")) == []  # a process of another node


def test_what_is_no_process_may_not(clock: Clock) -> None:
    repeats = Repeats(LogMerging(), clock)
    assert shown(repeats, line("a node died", 0), line("a node died", 0)) == ["a node died"]


def test_the_two_outputs_are_apart(clock: Clock) -> None:
    repeats = Repeats(LogMerging(), clock)
    assert shown(repeats, line("hello", 1), line("hello", 2, source=WORKER_STDERR)) == ["hello", "hello"]


def test_a_single_line_that_was_held_is_shown_as_it_is(clock: Clock) -> None:
    repeats = Repeats(LogMerging(), clock)
    shown(repeats, line("hello", 1), line("hello", 2))
    clock.now_s += 5
    assert shown(repeats, line("bye", 3)) == ["hello", "bye"]
    assert shown(repeats, line("hello", 3)) == ["hello"]  # begun anew


def test_what_goes_on_is_counted_again(clock: Clock) -> None:
    repeats = Repeats(LogMerging(), clock)
    shown(repeats, *(line("hello", pid) for pid in (1, 2, 3)))
    clock.now_s += 5
    assert len(list(repeats.due())) == 1
    assert shown(repeats, line("hello", 4), line("hello", 1)) == []
    clock.now_s += 5
    assert [record.text for record in repeats.due()] == ["hello [repeated 2x across cluster]"]
    clock.now_s += 5
    assert list(repeats.due()) == []
    assert repeats.due_s is None


def test_lines_that_are_always_left_out_and_never(clock: Clock) -> None:
    repeats = Repeats(LogMerging(allow=re.compile("^keep"), skip=re.compile("noise")), clock)
    assert shown(repeats, line("keep", 1), line("keep", 2), line("keep noise", 3)) == ["keep", "keep", "keep noise"]
    assert shown(repeats, line("noise", 1)) == []
    assert repeats.due_s is None


def test_it_can_be_turned_off(clock: Clock) -> None:
    repeats = Repeats(LogMerging(is_on=False, skip=re.compile("a")), clock)
    assert shown(repeats, line("a", 1), line("a", 2)) == ["a", "a"]


@pytest.mark.parametrize("text", ["ACGT" * (1 << 18), "word " * (1 << 18), "1" * (1 << 20), "x1 " * (1 << 18)])
def test_a_long_line_takes_a_time_in_step_with_its_length(text: str, clock: Clock) -> None:
    # The square of it would be hours, which pytest's time-out ends.
    repeats = Repeats(LogMerging(), clock)
    assert shown(repeats, line(text, 1)) == [text]


def test_many_lines_take_a_time_in_step_with_their_number(clock: Clock) -> None:
    repeats = Repeats(LogMerging(), clock)
    words = ["".join(chr(ord("a") + int(digit)) for digit in f"{number:06}") for number in range(20_000)]
    assert shown(repeats, *(line(word, 1) for word in words)) == words
    assert shown(repeats, *(line(word, 2) for word in words)) == []
    assert repeats.due_s == 5
    clock.now_s += 5
    assert [record.text for record in repeats.due()] == words


def test_the_variables_are_ray_s() -> None:
    assert env.log_merging({}) == LogMerging()
    found = env.log_merging(
        {
            "RAY_DEDUP_LOGS": "0",
            "RAY_DEDUP_LOGS_AGG_WINDOW_S": "2",
            "RAY_DEDUP_LOGS_ALLOW_REGEX": "a",
            "RAY_DEDUP_LOGS_SKIP_REGEX": "b",
        }
    )
    assert found == LogMerging(False, 2.0, re.compile("a"), re.compile("b"))
    for name, value in ("AGG_WINDOW_S", "soon"), ("SKIP_REGEX", "("):
        with pytest.raises(ConnectError, match="RAY_DEDUP_LOGS"):
            env.log_merging({f"RAY_DEDUP_LOGS_{name}": value})


def batch(*records: LogRecord) -> LogBatch:
    return LogBatch(records=records)


def test_what_is_held_is_printed_when_its_time_has_come(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    reader = LogReader(lambda: pytest.fail("not started"), repeats=Repeats(LogMerging(), clock))
    reader._printer.print(batch(*(line("hello", pid) for pid in (1, 2, 3))))
    assert capsys.readouterr().out == "(f pid=1) hello\n"
    [timer] = [thread for thread in threading.enumerate() if thread.name == "ray_client-repeats"]
    clock.now_s += 5
    assert isinstance(timer, threading.Timer)
    timer.cancel()
    timer.function(*timer.args)  # in the place of waiting
    assert capsys.readouterr().out.startswith("(f pid=3) hello [repeated 2x across cluster]")
    reader.close()


def test_what_is_held_is_printed_at_the_end(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    reader = LogReader(lambda: pytest.fail("not started"), repeats=Repeats(LogMerging(), clock))
    reader._printer.print(batch(line("hello", 1), line("hello", 2), LogRecord(source=DRIVER, text="of the driver")))
    reader.close()
    assert capsys.readouterr().out == "(f pid=1) hello\n(f pid=2) hello\n"
    assert not [t for t in threading.enumerate() if t.name == "ray_client-repeats" and not t.finished.is_set()]  # type: ignore[attr-defined]
