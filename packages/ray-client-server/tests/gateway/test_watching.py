"""Sessions whose clients are gone for good end before their leases do."""

from __future__ import annotations

import itertools
import queue
import subprocess
import sys

import pytest

from ray_client_proto.wire.processes import machine_name, start_of
from ray_client_server.config import Limits
from ray_client_server.gateway import watching

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


def report(rig, event, **fields):
    async def say():
        rig.drivers[-1]._report(event, **fields)

    rig.do(say())


def attach(rig, is_attached=True):
    session = rig.sessions[-1]
    report(rig, "attached", is_attached=is_attached)
    rig.until(lambda: session.is_attached == is_attached)


def hang_up(rig):
    """What a driver reports of a client whose system has closed the data stream."""
    attach(rig, False)
    report(rig, "hung_up")


def test_a_client_that_closed_its_connection_and_does_not_come_back_loses_its_session(rig):
    rig.open()
    attach(rig)
    look(rig)
    assert len(rig.sessions) == 1
    hang_up(rig)
    rig.until(lambda: not rig.sessions)
    assert reasons(rig) == ["its client closed the connection 0.05 s ago"]


def test_a_client_that_fell_silent_keeps_its_session(rig):
    rig.open()
    attach(rig)
    attach(rig, False)
    look(rig)
    assert len(rig.sessions) == 1 and rig.sessions[0].closed_at_s is None


def test_a_client_that_comes_back_keeps_its_session(make_rig, monkeypatch):
    monkeypatch.setattr(watching, "LOOK_S", 0.01)
    rig = make_rig(limits=Limits(driver_end_s=0.5))
    rig.open()
    attach(rig)
    hang_up(rig)
    [session] = rig.sessions
    rig.until(lambda: session.closed_at_s is not None)
    attach(rig)
    assert session.closed_at_s is None
    report(rig, "hung_up")  # of the one before
    look(rig)
    assert rig.sessions == [session] and session.closed_at_s is None


def test_of_a_stream_that_the_gateway_relays_it_knows_itself(rig):
    opened = rig.open()
    data = rig.call("Data", opened)(itertools.chain([b"x"], iter(queue.SimpleQueue().get, None)))
    next(data)
    hang_up(rig)
    look(rig)
    [session] = rig.sessions
    assert session.closed_at_s is None
    data.cancel()


def test_a_client_that_asked_for_a_lease_has_it(rig):
    rig.open(lease_s=3600)
    attach(rig)
    hang_up(rig)
    [session] = rig.sessions
    rig.until(lambda: session.closed_at_s is not None)
    look(rig)
    assert rig.sessions == [session]


def test_the_relay_knows_whose_connection_it_was(rig):
    opened = rig.open()
    [session] = rig.sessions
    assert session.connections == set()
    data = rig.call("Data", opened)([b"x"])
    next(data)
    assert len(session.connections) == 1
    rig.channel.close()
    rig.until(lambda: not rig.sessions)
