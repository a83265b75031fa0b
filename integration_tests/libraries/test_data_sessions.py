"""Ray Data across threads, cuts, leases and sessions: nothing is lost or there twice, and what is over says so."""

from __future__ import annotations

import _thread
import gc
import itertools
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fault_relay import DOWN, UP, FaultRelay
from gateway import Gateway
from printed import Printed
from processes import poll

import ray_client as ray
from ray_client import data
from ray_client.errors import NotConnectedError, SessionError, WrongSessionError

CUT_S = 4.0


@pytest.fixture
def relay(gateway: Gateway) -> Iterator[FaultRelay]:
    with FaultRelay(gateway.port) as relay:
        yield relay


@pytest.fixture
def session(relay: FaultRelay) -> Iterator[ray.ClientContext]:
    """A session through the relay, with a library loaded."""
    context = ray.init(relay.address, log_to_driver=False, direct=False, lease_s=30)
    data.DataContext.get_current().enable_progress_bars = False
    yield context
    relay.accept()
    relay.resume()
    ray.shutdown()


def be_away(relay: FaultRelay) -> threading.Timer:
    """Let nothing through for some seconds."""
    relay.refuse()
    timer = threading.Timer(CUT_S, relay.accept)
    timer.start()
    return timer


def test_calls_are_made_once_each_across_cuts_and_their_output_comes_once(
    relay: FaultRelay, session: ray.ClientContext
) -> None:
    """X7"""

    def count(number: int) -> int:
        import sys

        found = vars(sys).setdefault("counted_by_a_test", [])
        found.append(number)
        sys.stdout.write(f"line {number}\n")
        return len(found)

    with Printed() as printed:
        for number in range(40):
            if number % 8 == 4:
                relay.cut_after(80 + 7 * number, [UP, DOWN][number % 2])
            if number == 20:
                away = be_away(relay)
            assert session.run(count, number) == number + 1
        away.join()
        lines = [line for line in printed.out.splitlines() if line.startswith("line ")]
    assert lines == [f"line {number}" for number in range(40)]


def test_an_iteration_goes_on_after_a_cut(relay: FaultRelay, session: ray.ClientContext) -> None:
    ds = data.range(20_000, override_num_blocks=4).materialize()
    seen = []
    for row in ds.iter_rows():
        seen.append(row["id"])
        if len(seen) in (3_000, 9_000):
            relay.cut()
        if len(seen) == 12_000:
            away = be_away(relay)
    away.join()
    assert sorted(seen) == list(range(20_000))


def test_large_batches_come_whole_across_cuts(relay: FaultRelay, session: ray.ClientContext) -> None:
    ds = data.range_tensor(64, shape=(512, 256), override_num_blocks=4).materialize()  # of a MiB each
    relay.cut_at_random(5, 1 << 20, 8 << 20, times=5)
    seen = [
        int(tensor[0, 0])
        for batch in ds.iter_batches(batch_size=8)
        for tensor in batch["data"]
        if tensor.min() == tensor.max()
    ]
    assert sorted(seen) == list(range(64))
    assert relay.cuts >= 2


def test_a_call_under_way_keeps_its_session_past_the_lease(gateway: Gateway) -> None:
    """X8: and what comes of it is there for a whole lease, though the client was away longer."""
    with FaultRelay(gateway.port) as relay:
        context = ray.init(relay.address, log_to_driver=False, direct=False, lease_s=5)
        timers = threading.Timer(2, relay.refuse), threading.Timer(12, relay.accept)
        try:

            def slow() -> str:
                import time

                time.sleep(10)
                return "done"

            assert context.run(len, "abc") == 3
            for timer in timers:
                timer.start()
            assert context.run(slow) == "done"
            assert data.range(3).count() == 3
        finally:
            timers[1].join()
            ray.shutdown()


def test_threads_have_calls_of_their_own(session: ray.ClientContext) -> None:
    """X2"""

    def slow(row: dict[str, Any]) -> dict[str, Any]:
        import time

        time.sleep(3)
        return row

    done: list[Any] = []
    ds = data.range(1).map(slow)
    thread = threading.Thread(target=lambda: done.append(ds.materialize().count()))
    thread.start()
    assert data.range(7).count() == 7
    assert not done
    thread.join()
    assert done == [1]


def test_a_loop_may_call_what_its_iterator_waits_for(session: ray.ClientContext) -> None:
    """X5"""

    def numbers() -> Any:
        import sys
        import threading

        events = vars(sys)["events_of_a_test"] = [threading.Event() for _ in range(3)]
        for number, event in enumerate(events):
            yield number
            event.wait(30)

    def go_on(number: int) -> None:
        import sys

        vars(sys)["events_of_a_test"][number].set()

    started_s = time.monotonic()
    for number in session.run(numbers):
        session.run(go_on, number)
    assert time.monotonic() - started_s < 30


def test_what_an_iteration_has_left_is_let_go_when_it_is_broken_off(session: ray.ClientContext) -> None:
    def endless() -> Any:
        import sys

        try:
            yield from itertools.count()
        finally:
            vars(sys)["closed_by_a_test"] = True

    def is_closed() -> bool:
        import sys

        return bool(vars(sys).pop("closed_by_a_test", False))

    for number in session.run(endless):
        if number == 5000:
            break
    gc.collect()
    assert poll(lambda: session.run(is_closed), within_s=20)


def test_ctrl_c_ends_an_iteration_that_waits_and_the_session_goes_on(session: ray.ClientContext) -> None:
    """X4"""

    def waiting() -> Any:
        import time

        yield 1
        time.sleep(60)
        yield 2

    iterator = session.run(waiting)
    assert next(iterator) == 1
    timer = threading.Timer(1, _thread.interrupt_main)
    timer.start()
    started_s = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        next(iterator)
    assert time.monotonic() - started_s < 20
    timer.join()
    assert data.range(3).count() == 3


def test_objects_of_a_session_that_is_over_or_of_another_say_so(gateway: Gateway) -> None:
    first = ray.init(gateway.address, log_to_driver=False)
    ds = data.range(3)
    rows = iter(ds.iter_rows())
    next(rows)
    with ray.connect(gateway.address, log_to_driver=False) as second, pytest.raises(WrongSessionError):
        second.run(len, ds)
    ray.shutdown()
    for use in (ds.count, lambda: ds.name, lambda: next(iter(ds.iter_rows())), lambda: ds.map(len)):
        with pytest.raises(SessionError):
            use()
    assert first.session_id in repr(ds)
    with pytest.raises(NotConnectedError):
        data.range(1)


def test_a_hundred_objects_that_are_dropped_leave_the_drivers_table_as_it_was(session: ray.ClientContext) -> None:
    """R2"""

    def known() -> int:
        import gc

        from ray_client_server.driver.references import Kind, References

        [references] = [found for found in gc.get_objects() if type(found) is References]
        return sum(entry.kind is Kind.LIBRARY for entry in references._entries.values())

    data.range(1).count()
    gc.collect()
    before = session.run(known)
    kept = [data.range(number).map(dict) for number in range(50)] + [iter(data.range(1).iter_rows()) for _ in range(50)]
    assert session.run(known) >= before + 100
    kept.clear()
    gc.collect()
    # What is released goes with a later call, and an answer under way holds what it brings until it is taken.
    assert poll(lambda: session.run(known) <= before, 10)
