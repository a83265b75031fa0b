"""Threads of ours that die say so, and whoever needs them learns it."""

from __future__ import annotations

import logging
import queue
import socket
from collections.abc import Iterator

import pytest

from ray_client_proto import threads
from ray_client_proto.channel import Channel
from ray_client_proto.sockets import MessageSocket
from ray_client_proto.threads import Pool, Thread

ERRORS = (ZeroDivisionError, SystemExit, KeyboardInterrupt, GeneratorExit, MemoryError)


@pytest.fixture
def deaths() -> Iterator[queue.SimpleQueue[str]]:
    told: queue.SimpleQueue[str] = queue.SimpleQueue()
    threads.tell_deaths(told.put)
    yield told
    threads.tell_deaths(lambda _: None)


def die(error: type[BaseException] = ZeroDivisionError) -> None:
    raise error


@pytest.mark.parametrize("error", ERRORS)
def test_a_thread_that_dies_says_so(
    deaths: queue.SimpleQueue[str], caplog: pytest.LogCaptureFixture, error: type[BaseException]
) -> None:
    with caplog.at_level(logging.CRITICAL):
        Thread("mine", die, error).start()
        assert deaths.get(timeout=5) == f"a fault of ours: the thread 'mine' died of {error.__name__}"
    assert "thread.died name=mine" in caplog.text
    assert "in die" in caplog.text


def test_whoever_a_thread_is_of_is_told_in_the_place_of_the_process(deaths: queue.SimpleQueue[str]) -> None:
    told: queue.SimpleQueue[str] = queue.SimpleQueue()
    Thread("mine", die, on_death=told.put).start()
    assert "'mine'" in told.get(timeout=5)
    assert deaths.empty()


def test_what_a_pool_does_is_watched_too(deaths: queue.SimpleQueue[str]) -> None:
    pool = Pool("few", 1)
    pool.submit(die)
    assert "'few' died of ZeroDivisionError" in deaths.get(timeout=5)
    assert pool.submit(lambda: 3).result() == 3
    assert pool.submit(lambda: 3).cancel() in (True, False)
    pool.shutdown()
    assert deaths.empty()


def test_the_death_of_a_channels_thread_is_told() -> None:
    told: queue.SimpleQueue[str] = queue.SimpleQueue()
    Channel(1000, name="mine", late_part=die, on_death=told.put).later()  # type: ignore[arg-type]
    assert "'mine' died" in told.get(timeout=5)


def test_a_connection_whose_sender_dies_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    near, far = socket.socketpair()
    messages = MessageSocket(near, is_client=True, limit_bytes=1000)
    monkeypatch.setattr(messages, "_next_left", die)
    messages.post(bytes(10_000_000))
    with pytest.raises(OSError):
        messages.receive()
    messages.release()
    far.close()
