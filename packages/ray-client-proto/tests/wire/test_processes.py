"""Telling a process that has gone from one that is silent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from ray_client_proto.wire import processes
from ray_client_proto.wire.processes import machine_name, start_of

linux = pytest.mark.skipif(sys.platform != "linux", reason="no other system says it in /proc")


@pytest.fixture
def child():
    process = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


@linux
def test_a_machine_has_one_name():
    assert machine_name() == machine_name() != ""
    told = subprocess.check_output(
        [sys.executable, "-c", "from ray_client_proto.wire.processes import machine_name; print(machine_name())"]
    )
    assert told.decode().strip() == machine_name()


@linux
def test_each_process_was_started_once(child):
    assert start_of(os.getpid()) == start_of(os.getpid()) > 0
    assert start_of(child.pid) >= start_of(os.getpid())


@linux
def test_a_process_that_is_stopped_is_there(child):
    started = start_of(child.pid)
    child.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, child.pid, os.WSTOPPED)
    assert start_of(child.pid) == started
    child.send_signal(signal.SIGCONT)


@linux
def test_a_process_that_has_ended_is_not_there_even_if_nobody_has_asked_how(child):
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert start_of(child.pid) == 0
    child.wait()
    assert start_of(child.pid) == 0


@linux
def test_a_name_with_parentheses_does_no_harm(tmp_path):
    odd = tmp_path / "a) Z 1 (b"
    odd.symlink_to(sys.executable)
    with subprocess.Popen([odd, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as process:
        assert start_of(process.pid) > 0


def test_where_the_system_does_not_say_nobody_is_known(tmp_path, monkeypatch):
    monkeypatch.setattr(processes, "_PROC", tmp_path)
    assert (machine_name(), start_of(os.getpid())) == ("", 0)
