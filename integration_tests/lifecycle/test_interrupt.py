"""Ctrl-C returns at once and leaves the session usable; a forked child is told that it has none."""

from __future__ import annotations

import os
import signal
import sys
import threading

import pytest
from conformance.actors import Gate
from gateway import Gateway
from processes import poll

import ray_client as ray
from ray_client.errors import ForkedProcessError

pytestmark = pytest.mark.usefixtures("context")


@ray.remote
def numbers(gate: object):
    ray.get(gate.passed.remote())
    yield 1


@pytest.fixture
def gate():
    gate = Gate.remote()
    ray.get(gate.__ray_ready__.remote())
    return gate


def interrupt(after_s: float = 0.3) -> None:
    """Press Ctrl-C a little later."""
    timer = threading.Timer(after_s, os.kill, (os.getpid(), signal.SIGINT))
    timer.daemon = True
    timer.start()


@pytest.mark.parametrize("how", ["get", "get of many", "wait", "next", "future"])
def test_ctrl_c(gate, how: str) -> None:
    ref, generator = gate.passed.remote(), numbers.remote(gate)
    block = {
        "get": lambda: ray.get(ref),
        "get of many": lambda: ray.get([ref, gate.passed.remote()]),
        "wait": lambda: ray.wait([ref]),
        "next": lambda: next(generator),
        "future": lambda: ref.future().result(),
    }[how]
    interrupt()
    with pytest.raises(KeyboardInterrupt):
        block()  # which nothing else ends
    assert ray.get(ray.put("usable")) == "usable"
    ray.get(gate.open.remote())
    assert ray.get(ref) == "passed"


def test_an_interrupted_session_ends_as_usual(gateway: Gateway, gate) -> None:
    interrupt()
    with pytest.raises(KeyboardInterrupt):
        ray.get(gate.passed.remote())
    ray.shutdown()
    assert poll(lambda: not gateway.sessions(), within_s=30)


def in_a_fork(function) -> str:
    """What the function gives in a forked child, or the type of what it raises."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            text = str(function())
        except BaseException as error:  # noqa: BLE001 - whatever it is, the parent wants to see it
            text = f"{type(error).__name__}: {error}"
        os.write(writing, text.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    os.waitpid(pid, 0)
    return text


@pytest.mark.filterwarnings("ignore:This process.*multi-threaded:DeprecationWarning")
def test_a_forked_child(context: ray.ClientContext) -> None:
    @ray.remote
    def task() -> int:
        return 1

    ref = ray.put(1)
    for use in (lambda: ray.get(ref), lambda: ray.put(2), lambda: task.remote(), lambda: ray.wait([ref])):
        said = in_a_fork(use)
        assert said.startswith(ForkedProcessError.__name__), said
        assert context.session_id in said
    assert ray.get(ref) == 1


@pytest.mark.filterwarnings("ignore:This process.*multi-threaded:DeprecationWarning")
def test_a_child_that_drops_its_handles_takes_nothing_from_its_parent() -> None:
    refs = [ray.put(i) for i in range(5)]

    def drop() -> str:
        refs.clear()
        ray.shutdown()
        return "dropped"

    assert in_a_fork(drop) == "dropped"
    assert ray.get(refs) == list(range(5))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
@pytest.mark.filterwarnings("ignore:This process.*multi-threaded:DeprecationWarning")
def test_a_child_of_a_fork_is_not_initialized() -> None:
    assert in_a_fork(ray.is_initialized) == "False"
