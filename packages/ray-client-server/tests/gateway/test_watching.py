"""Sessions whose clients are gone for good end before their leases do."""

from __future__ import annotations

import socket
import struct
import subprocess
import sys

import pytest

from ray_client_proto.wire import requests
from ray_client_proto.wire.processes import machine_name, start_of
from ray_client_server.config import Limits
from ray_client_server.gateway import watching

RESET_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: what `close` sends is a reset

linux = pytest.mark.skipif(sys.platform != "linux", reason="no other system says it in /proc")


@pytest.fixture
def process():
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


@pytest.fixture
def rig(make_rig, monkeypatch):
    monkeypatch.setattr(watching, "LOOK_S", 0.01)
    return make_rig(limits=Limits(reset_s=0.05, driver_end_s=0.5))


def look(rig):
    """Have the gateway look around, more than once."""

    async def look_around():
        for _ in range(3):
            rig.gateway._watch.look()

    rig.do(look_around())


def reasons(rig):
    return [ended.reason for ended in rig.gateway._sessions._ended.values()]


def who(process, **changes):
    return {"machine": machine_name(), "pid": process.pid, "started": start_of(process.pid), **changes}


@linux
def test_the_session_of_a_process_of_this_machine_ends_with_it(rig, process):
    rig.open(who=who(process))
    look(rig)
    assert len(rig.sessions) == 1
    process.kill()
    rig.until(lambda: not rig.sessions)
    assert reasons(rig) == [f"its client's process {process.pid} is gone"]


@linux
@pytest.mark.parametrize("changes", [{"machine": "another"}, {"machine": ""}, {"started": 0}, {"started": 1}], ids=str)
def test_a_process_that_is_not_known_for_certain_is_not_looked_after(rig, process, changes):
    rig.open(who=who(process, **changes))
    look(rig)
    process.kill()
    process.wait()
    look(rig)
    assert len(rig.sessions) == 1


def connect(rig, opened):
    """A tunnel, and an attached client as its driver would report it."""
    connection = socket.create_connection(("127.0.0.1", rig.port), 10)
    lines = [f"CONNECT {requests.AUTHORITY} HTTP/1.1"]
    lines += [": ".join(header) for header in requests.headers(opened.session_id, opened.secret, None)]
    connection.sendall("\r\n".join((*lines, "", "")).encode())
    assert connection.recv(100).startswith(b"HTTP/1.1 200")
    attach(rig, True)
    return connection


def attach(rig, is_attached):
    async def report():
        rig.drivers[-1]._report("attached", is_attached=is_attached)

    session = rig.sessions[-1]
    rig.do(report())
    rig.until(lambda: session.is_attached == is_attached)


@pytest.mark.parametrize("is_reset", [False, True])
def test_a_client_that_closed_its_connection_and_does_not_come_back_loses_its_session(rig, is_reset):
    connection = connect(rig, rig.open())
    look(rig)
    if is_reset:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_ONCE)
    connection.close()
    attach(rig, False)
    rig.until(lambda: not rig.sessions)
    assert reasons(rig) == ["its client closed the connection 0.05 s ago"]


def test_a_client_that_comes_back_keeps_its_session(rig):
    opened = rig.open()
    connect(rig, opened).close()
    [session] = rig.sessions
    rig.until(lambda: session.closed_at_s is not None)
    look(rig)
    assert rig.sessions == [session], "its driver has not said that it is gone"
    connection = connect(rig, opened)
    assert session.closed_at_s is None
    look(rig)
    assert rig.sessions == [session]
    connection.close()


def test_one_connection_of_two_says_nothing(rig):
    opened = rig.open()
    old, new = connect(rig, opened), connect(rig, opened)
    [session] = rig.sessions
    old.close()
    rig.until(lambda: len(session.connections) == 1)
    attach(rig, False)
    assert session.closed_at_s is None
    new.close()
    rig.until(lambda: not rig.sessions)


def test_a_client_that_asked_for_a_lease_has_it(rig):
    connect(rig, rig.open(lease_s=3600)).close()
    [session] = rig.sessions
    rig.until(lambda: session.closed_at_s is not None)
    attach(rig, False)
    look(rig)
    assert rig.sessions == [session]


def test_the_relay_knows_whose_connection_it_was(rig):
    opened = rig.open()
    call = rig.call("Wait", opened)([b"x"])
    next(call)
    [session] = rig.sessions
    assert session.connections == set()
    data = rig.call("Data", opened)([b"x"])
    next(data)
    assert len(session.connections) == 1
    rig.channel.close()
    rig.until(lambda: not rig.sessions)
