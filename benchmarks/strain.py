"""What is measured in a process of its own: memory, calls beside an upload, resets, many sessions, many references.

Like those of `cases.py`; a case of many numbers gives them by name.
"""

from __future__ import annotations

import contextlib
import math
import socket
import statistics
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import memory
from cases import Fixture
from sizes import MEBIBYTE, MEGABYTE

RETURNS = 1000  #: references that one call makes where many are wanted
BETWEEN_RESETS_S = 0.25
BETWEEN_CUTS_S = 1.0  #: while a large value is on its way
SPARE_MIB = 3000.0  #: memory that many sessions leave to the machine
OPENED_AT_ONCE = 4


def memory_put(fixture: Fixture) -> float:
    """How far this process rises above what it holds before, the value included; MiB."""
    ray, array = fixture.ray, fixture.new_array(fixture.sizes.huge_bytes)
    memory.forget_peak("self")
    before_mib = memory.status_mib("self", "VmRSS")
    ray.wait([ray.put(array)])
    return memory.status_mib("self", "VmHWM") - before_mib


def memory_get(fixture: Fixture) -> float:
    """The same for a value that is fetched, without that value; MiB."""
    size_bytes = fixture.sizes.huge_bytes
    reference = fixture.remote_array(size_bytes)
    memory.forget_peak("self")
    before_mib = memory.status_mib("self", "VmRSS")
    array = fixture.ray.get(reference)
    above_mib = memory.status_mib("self", "VmHWM") - before_mib
    assert array.nbytes == size_bytes
    return above_mib - size_bytes / MEBIBYTE


def calls_beside_upload(fixture: Fixture) -> dict[str, float]:
    """How long an actor's call takes, alone and while a large value goes up: the 99th percentile."""
    ray, counter = fixture.ray, fixture.counter
    idle = [_call_s(fixture) for _ in range(fixture.sizes.idle_calls)]
    array = fixture.new_array(fixture.sizes.huge_bytes)
    failures: list[BaseException] = []

    def upload() -> None:
        try:
            ray.wait([ray.put(array)])
        except Exception as error:  # noqa: BLE001  # whatever the product raises fails the case
            failures.append(error)

    uploader = threading.Thread(target=upload)
    started = time.perf_counter()
    uploader.start()
    busy = [_call_s(fixture)]
    while uploader.is_alive():
        busy.append(_call_s(fixture))
    elapsed_s = time.perf_counter() - started
    uploader.join()
    if failures:
        raise failures[0]
    assert ray.get(counter.increment.remote()) > len(idle) + len(busy)
    return {
        "idle": percentile(idle, 0.99),
        "busy": percentile(busy, 0.99),
        "calls": len(busy),
        "upload": elapsed_s / (array.nbytes / MEGABYTE),
    }


def _call_s(fixture: Fixture) -> float:
    started = time.perf_counter()
    fixture.ray.get(fixture.counter.increment.remote())
    return time.perf_counter() - started


def percentile(values: list[float], part: float) -> float:
    """Give the value below or at which that part of all lies (nearest rank)."""
    return sorted(values)[math.ceil(part * len(values)) - 1]


def recovery(fixture: Fixture, control: str) -> float:
    """From when every connection was reset until a call is answered; the median of several."""
    counter, times = fixture.counter, []
    before = fixture.ray.get(counter.increment.remote())
    with socket.create_connection(("127.0.0.1", int(control))) as relay:
        for _ in range(fixture.sizes.resets):
            time.sleep(BETWEEN_RESETS_S)
            relay.sendall(b"reset\n")
            assert relay.recv(100) == b"done\n"
            times.append(_call_s(fixture))
    assert fixture.ray.get(counter.increment.remote()) == before + len(times) + 1  # each was carried out once
    return statistics.median(times)


def sessions(fixture: Fixture, address: str) -> dict[str, float]:
    """Sessions that are open at once, until the memory would not do; each with a value of its own."""
    ray, opened = fixture.ray, fixture.opened

    def open_one(_: int) -> None:
        if memory.available_mib() > SPARE_MIB:
            opened.append(ray.connect(address, direct=False))

    started = time.perf_counter()
    with ThreadPoolExecutor(OPENED_AT_ONCE) as pool:
        list(pool.map(open_one, range(fixture.sizes.sessions)))
    open_s = time.perf_counter() - started

    def answer_s(number: int) -> float:
        before = time.perf_counter()
        assert opened[number].get(opened[number].put(number)) == number
        return time.perf_counter() - before

    with ThreadPoolExecutor(len(opened)) as pool:
        slowest_s = max(pool.map(answer_s, range(len(opened))))
    return {"opened": len(opened), "open": open_s / len(opened), "slowest": slowest_s}


def close_sessions(fixture: Fixture) -> float:
    """Close what `sessions` left open; seconds for each."""
    started, count = time.perf_counter(), len(fixture.opened)
    with ThreadPoolExecutor(OPENED_AT_ONCE) as pool:
        list(pool.map(lambda session: session.close(), fixture.opened))
    fixture.opened.clear()
    return (time.perf_counter() - started) / count


def references(fixture: Fixture) -> dict[str, float]:
    """What a call costs at a thousand live references and at many; how long the caller stands still for releases."""
    few = fixture.numbers(RETURNS)
    low = [_usual_call_s(fixture)]
    many = _many_numbers(fixture, fixture.sizes.references - RETURNS)
    high_s = _usual_call_s(fixture)
    pauses = []
    started = time.perf_counter()
    while many:
        before = time.perf_counter()
        many.pop()
        pauses.append(time.perf_counter() - before)
    release_s = time.perf_counter() - started
    after_s = _call_s(fixture)  # behind whatever the releases have to do
    low.append(_usual_call_s(fixture))
    assert len(few) == RETURNS
    return {
        "few": statistics.mean(low),
        "many": high_s,
        "pause": max(pauses),
        "release": release_s / len(pauses),
        "after": after_s,
    }


def _many_numbers(fixture: Fixture, count: int) -> list[Any]:
    calls = fixture.make_numbers.options(num_returns=RETURNS)
    found = [reference for _ in range(count // RETURNS) for reference in calls.remote(RETURNS)]
    fixture.ray.wait(found[::RETURNS], num_returns=len(found) // RETURNS)
    return found


def _usual_call_s(fixture: Fixture) -> float:
    fixture.counter  # noqa: B018  # is made when it is first asked for
    return statistics.median(_call_s(fixture) for _ in range(fixture.sizes.idle_calls))


@contextlib.contextmanager
def _resets(control: str) -> Iterator[None]:
    """Have every connection reset again and again in the meantime; never, if `control` is empty."""
    if not control:
        yield
        return
    over = threading.Event()

    def reset() -> None:
        with socket.create_connection(("127.0.0.1", int(control))) as relay:
            while not over.wait(BETWEEN_CUTS_S):
                relay.sendall(b"reset\n")
                assert relay.recv(100) == b"done\n"

    thread = threading.Thread(target=reset)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def large(fixture: Fixture, control: str = "") -> dict[str, float]:
    """A value of several GiB up and down, with checksums; seconds per megabyte. With `control`, across resets."""
    ray, array = fixture.ray, fixture.new_array(fixture.sizes.large_bytes)
    expected = zlib.crc32(array)
    with _resets(control):
        started = time.perf_counter()
        reference = ray.put(array)
        ray.wait([reference])
        up_s = time.perf_counter() - started
    megabytes = array.nbytes / MEGABYTE
    del array
    assert ray.get(fixture.checksum.remote(reference)) == expected
    with _resets(control):
        started = time.perf_counter()
        array = ray.get(reference)
        down_s = time.perf_counter() - started
    assert zlib.crc32(array) == expected
    return {"up": up_s / megabytes, "down": down_s / megabytes}


CASES: dict[str, Callable[..., float | dict[str, float]]] = {
    case.__name__: case
    for case in (memory_put, memory_get, calls_beside_upload, recovery, sessions, close_sessions, references, large)
}
