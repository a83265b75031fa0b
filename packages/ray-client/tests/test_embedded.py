from __future__ import annotations

import importlib.util
import os
import sys

import pytest

from ray_client.embedded import start_embedded, start_server
from ray_client.errors import EmbeddedServerError

SERVER = """
import os, signal, sys
print("starting", flush=True)
print(f"ray-client-server ready: ray://127.0.0.1:{os.getpid()} (token {os.environ['RAY_CLIENT_TOKEN']})", flush=True)
signal.pause()
"""


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_without_the_server_wheel_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EmbeddedServerError, match=r"pip install ray-client-server"):
        start_embedded()


def test_a_server_ends_when_it_is_closed() -> None:
    server = start_server([sys.executable, "-c", SERVER], timeout_s=30)
    pid = int(server.address.rpartition(":")[2])
    assert server.address == f"ray://127.0.0.1:{pid}"
    assert is_running(pid)
    assert len(server.token) > 30
    server.close()
    server.close()
    assert not is_running(pid)


def test_a_server_that_ends_says_why() -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('no cluster for you')"]
    with pytest.raises(EmbeddedServerError, match="no cluster for you"):
        start_server(command, timeout_s=30)


def test_a_server_that_is_never_ready_is_ended() -> None:
    with pytest.raises(EmbeddedServerError, match="not ready within"):
        start_server([sys.executable, "-c", "import signal; signal.pause()"], timeout_s=0.5)


def test_options_of_the_cluster_are_passed_on_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr("ray_client.embedded.start_server", lambda command, timeout_s: started.append(command))
    start_embedded({"num_cpus": 3, "include_dashboard": False, "num_gpus": None})
    assert started[0][-2:] == ["--num-cpus", "3"]
    with pytest.raises(ValueError, match="resources"):
        start_embedded({"resources": {"a": 1}})
