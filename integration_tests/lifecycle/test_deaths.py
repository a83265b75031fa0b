"""What happens when a process of the server dies, or is asked to end."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest
from cluster import Head
from gateway import Gateway, status
from processes import poll, report

import ray_client as ray
from ray_client.errors import ConnectError, ServerDrainingError, SessionLostError


@ray.remote
def sleep(seconds: float) -> str:
    time.sleep(seconds)
    return "slept"


@pytest.mark.parametrize("direct", [False, True])
def test_a_killed_driver_ends_its_session_and_no_other(gateway: Gateway, direct: bool) -> None:
    with ray.init(gateway.address, log_to_driver=False, direct=direct) as other:
        kept = ray.put("kept")
        doomed = ray.init(gateway.address, log_to_driver=False, allow_multiple=True, direct=direct)
        with doomed:
            waiting = sleep.remote(1000).future()
            [pid] = [s.driver_pid for s in gateway.sessions() if s.session_id == doomed.session_id]
            began_s = time.monotonic()
            os.kill(pid, signal.SIGKILL)
            with pytest.raises(SessionLostError) as caught:
                waiting.result(timeout=20)
            report(f"after {time.monotonic() - began_s:.2f} s: {caught.value}")
            assert caught.value.session_id == doomed.session_id
            assert doomed.session_id in str(caught.value)
            with pytest.raises(SessionLostError):
                ray.put(1)
        assert ray.get(kept) == "kept"
        assert other.is_connected
    assert poll(lambda: not gateway.sessions(), within_s=10)


def test_an_idle_client_learns_of_its_driver_s_death(gateway: Gateway) -> None:
    context = ray.init(gateway.address, log_to_driver=False, direct=False)
    [summary] = [s for s in gateway.sessions() if s.session_id == context.session_id]
    os.kill(summary.driver_pid, signal.SIGKILL)
    assert poll(lambda: not context.is_connected, within_s=10)
    assert not ray.is_initialized()
    ray.shutdown()
    with ray.init(gateway.address, log_to_driver=False):
        assert ray.get(ray.put("anew")) == "anew"


def test_a_driver_that_stands_still_is_no_hang(gateway: Gateway) -> None:
    context = ray.init(gateway.address, log_to_driver=False, direct=False)
    [summary] = [s for s in gateway.sessions() if s.session_id == context.session_id]
    os.kill(summary.driver_pid, signal.SIGSTOP)
    try:
        # The signal is sent; until the last thread stands, the driver may still answer.
        assert poll(lambda: are_stopped(summary.driver_pid), within_s=10)
        with pytest.raises(ray.exceptions.GetTimeoutError):
            ray.get(ray.put(1), timeout=1)
    finally:
        os.kill(summary.driver_pid, signal.SIGCONT)
    assert ray.get(ray.put(2)) == 2
    assert context.is_connected
    ray.shutdown()


def are_stopped(pid: int) -> bool:
    """Whether all threads of a process stand still."""
    states = [path.read_text().rpartition(")")[2].split()[0] for path in Path(f"/proc/{pid}/task").glob("*/stat")]
    return set(states) == {"T"}


def test_a_driver_that_is_asked_to_end(gateway: Gateway) -> None:
    context = ray.init(gateway.address, log_to_driver=False, direct=False)
    [summary] = [s for s in gateway.sessions() if s.session_id == context.session_id]
    os.kill(summary.driver_pid, signal.SIGTERM)
    assert poll(lambda: not context.is_connected, within_s=10)
    with pytest.raises(SessionLostError, match="terminated"):
        ray.put(1)
    ray.shutdown()


def test_all_processes_asked_to_end_at_once_drain(head: Head) -> None:
    gateway = Gateway.start(head.address)
    try:
        ray.init(gateway.address, log_to_driver=False, direct=False)
        running = sleep.remote(3.0)
        assert ray.wait([running], timeout=0.5)[0] == []
        future = running.future()
        for pid in (gateway.process.pid, *gateway.driver_pids()):  # as a service manager does, or a job's end
            os.kill(pid, signal.SIGTERM)
        assert future.result(timeout=20) == "slept"
        assert gateway.process.wait(within_s=40) == 0
        ray.shutdown()
    finally:
        gateway.close()


def test_drain(head: Head) -> None:
    gateway = Gateway.start(head.address)
    try:
        context = ray.init(gateway.address, log_to_driver=False, direct=False)
        running = sleep.remote(2.0)
        future = running.future()
        assert ray.wait([running], timeout=0.5)[0] == []
        gateway.process.send(signal.SIGTERM)

        def is_refused() -> bool:
            try:
                ray.init(gateway.address, allow_multiple=True, log_to_driver=False).disconnect()
            except ServerDrainingError:
                return True
            return False

        assert poll(is_refused, within_s=5, every_s=0.1)
        assert future.result(timeout=20) == "slept"
        assert gateway.process.wait(within_s=40) == 0
        assert poll(lambda: not context.is_connected, within_s=10)
        ray.shutdown()
        with pytest.raises(ConnectError):
            ray.init(gateway.address)
    finally:
        gateway.close()


def test_drain_with_nothing_to_wait_for_is_quick(head: Head) -> None:
    gateway = Gateway.start(head.address)
    try:
        ray.init(gateway.address, log_to_driver=False, direct=False)
        assert ray.get(ray.put(1)) == 1
        began_s = time.monotonic()
        gateway.process.send(signal.SIGTERM)
        assert gateway.process.wait(within_s=40) == 0
        report(f"drained in {time.monotonic() - began_s:.2f} s")
        assert time.monotonic() - began_s < 20  # running calls would have 30
        ray.shutdown()
    finally:
        gateway.close()


@pytest.mark.parametrize("direct", [False, True])
def test_a_killed_gateway_leaves_no_process(head: Head, direct: bool) -> None:
    gateway = Gateway.start(head.address)
    try:
        context = ray.init(gateway.address, log_to_driver=False, direct=direct, lease_s=2)
        ref = ray.put(1)
        assert ray.get(ref) == 1
        gateway.process.send(signal.SIGKILL)
        gateway.process.wait(within_s=5)
        assert poll(lambda: not gateway.driver_pids(), within_s=15), gateway.driver_pids()
        with pytest.raises(SessionLostError) as caught:
            ray.get(ref)
            ray.get(ray.put(2))
        assert caught.value.session_id == context.session_id
    finally:
        ray.shutdown()
        gateway.discard()


def test_status(gateway: Gateway) -> None:
    with ray.init(gateway.address, log_to_driver=False, namespace="shown") as context:
        code, text = status(gateway)
        assert code == 0
        assert context.session_id[:8] in text


def test_health(gateway: Gateway) -> None:
    import grpc

    with grpc.insecure_channel(f"127.0.0.1:{gateway.port}") as channel:
        check = channel.unary_unary("/grpc.health.v1.Health/Check")
        assert check(b"", timeout=5) == b"\x08\x01"  # SERVING


def test_open_sessions_do_not_wait_for_one_another(gateway: Gateway) -> None:
    contexts: list[ray.ClientContext] = []

    def open_one() -> None:
        contexts.append(ray.init(gateway.address, allow_multiple=True, log_to_driver=False))

    threads = [threading.Thread(target=open_one) for _ in range(6)]
    began_s = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report(f"6 sessions in {time.monotonic() - began_s:.2f} s")
    assert len({context.session_id for context in contexts}) == 6
    for context in contexts:
        context.disconnect()
