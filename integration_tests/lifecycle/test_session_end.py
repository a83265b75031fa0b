"""After a session's end its process, its socket and its files are gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap

import pytest
from gateway import Gateway
from processes import poll

import ray_client as ray


def run_client(gateway: Gateway, program: str, *, lease_s: float = 0) -> subprocess.Popen[str]:
    """A program of its own with a session; `ray` is there and the session is open when it begins."""
    begin = f"import os, signal, sys\nimport ray_client as ray\nray.init({gateway.address!r}, lease_s={lease_s})\n"
    return subprocess.Popen(
        [sys.executable, "-c", begin + textwrap.dedent(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def session_files(gateway: Gateway) -> list[str]:
    """The gateway's files without what belongs to no session, and without the log files, which are kept."""
    return [name for name in gateway.left_files() if "/s/" in name]


def test_shutdown(gateway: Gateway) -> None:
    for _ in range(3):
        context = ray.init(gateway.address, log_to_driver=False)
        [summary] = gateway.sessions()
        assert ray.get(ray.put(1)) == 1
        assert any(context.session_id[:8] in name for name in session_files(gateway))
        ray.shutdown()
        assert poll(lambda: not gateway.sessions(), within_s=10)
        assert poll(lambda pid=summary.driver_pid: not os.path.exists(f"/proc/{pid}"), within_s=10)
        assert not any(context.session_id[:8] in name for name in session_files(gateway))
    assert not ray.is_initialized()


def test_a_with_block(gateway: Gateway) -> None:
    with ray.init(gateway.address, log_to_driver=False) as context:
        assert ray.get(ray.put(1)) == 1
        assert context.is_connected
    assert not context.is_connected
    assert not ray.is_initialized()
    assert poll(lambda: not gateway.sessions(), within_s=10)


def test_shutdown_may_be_repeated(gateway: Gateway) -> None:
    ray.init(gateway.address, log_to_driver=False)
    ray.shutdown()
    ray.shutdown()


def test_handles_after_the_end(gateway: Gateway) -> None:
    from ray_client.errors import SessionClosedError

    ray.init(gateway.address, log_to_driver=False)
    ref = ray.put(1)
    waiting = ray.remote(lambda: __import__("time").sleep(1000)).remote().future()
    ray.shutdown()
    with pytest.raises(SessionClosedError):
        ref.future().result(timeout=10)
    with pytest.raises(SessionClosedError):
        waiting.result(timeout=10)


def test_without_a_session(gateway: Gateway) -> None:
    from ray_client.errors import NotConnectedError

    @ray.remote
    def task() -> None:
        pass

    with pytest.raises(NotConnectedError):
        task.remote()
    with pytest.raises(NotConnectedError):
        ray.put(1)


def test_a_new_session_after_the_last(gateway: Gateway) -> None:
    @ray.remote
    def task(x: int) -> int:
        return x + 1

    for i in range(3):
        ray.init(gateway.address, log_to_driver=False)
        assert ray.get(task.remote(i)) == i + 1  # the function is exported again
        ray.shutdown()


def test_a_program_that_just_ends(gateway: Gateway) -> None:
    client = run_client(gateway, "print(ray.get(ray.put(5)))")
    out, err = client.communicate(timeout=30)
    assert (out.strip(), err) == ("5", "")
    assert poll(lambda: not gateway.sessions(), within_s=10)


def test_a_program_that_ends_with_an_error(gateway: Gateway) -> None:
    client = run_client(gateway, "ref = ray.put(1)\nraise SystemExit(3)")
    client.communicate(timeout=30)
    assert client.returncode == 3
    assert poll(lambda: not gateway.sessions(), within_s=10)


def test_a_program_that_is_killed(gateway: Gateway) -> None:
    client = run_client(gateway, "print('ready', flush=True)\nsignal.pause()", lease_s=1)
    assert client.stdout.readline() == "ready\n"
    assert len(gateway.sessions()) == 1
    client.send_signal(signal.SIGKILL)
    client.communicate(timeout=10)
    assert poll(lambda: not gateway.sessions(), within_s=15)
