"""How sessions end, and what is left of them: nothing."""

from __future__ import annotations

import asyncio
import os

import grpc
import pytest

from ray_client_proto.v1 import gateway_pb2 as pb
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_server.config import Limits, files_path
from ray_client_server.gateway.control import MAX_LINE_BYTES


def test_closing_tells_the_driver_why_and_leaves_nothing(rig):
    opened = rig.open()
    rig.stub.CloseSession(pb.CloseSessionRequest(reason="had enough"), metadata=rig.identity(opened))
    rig.until(lambda: rig.drivers[0]._exit.done())
    assert rig.drivers[0].orders == [{"do": "end", "reason": "had enough"}]
    rig.until(lambda: not rig.gateway._lifecycle._gone)
    assert not os.path.exists(rig.drivers[0].settings.socket_path)


def test_closing_twice_says_that_it_has_ended(rig, refused):
    opened = rig.open()
    rig.stub.CloseSession(pb.CloseSessionRequest(), metadata=rig.identity(opened))
    with pytest.raises(grpc.RpcError) as caught:
        rig.stub.CloseSession(pb.CloseSessionRequest(), metadata=rig.identity(opened))
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND


def test_a_driver_that_does_not_obey_is_killed_and_what_its_client_sent_is_removed(rig):
    """X9"""
    rig.script.obeys = False
    opened = rig.open()
    sent = files_path(rig.drivers[0].settings.socket_path)
    os.makedirs(os.path.join(sent, "checkpoint"))
    rig.stub.CloseSession(pb.CloseSessionRequest(), metadata=rig.identity(opened))
    rig.until(lambda: rig.drivers[0]._exit.done())
    assert rig.drivers[0]._exit.result() == "killed by SIGKILL"
    rig.until(lambda: not os.path.exists(sent))


def test_what_a_driver_says_at_its_end_is_the_reason(rig, refused):
    opened = rig.open()
    rig.do(_report(rig.drivers[0], "ended", reason="lease expired"))
    rig.until(lambda: rig.sessions == [])
    _, failure = refused(lambda: rig.call("Data", opened)([]))
    assert (failure.code, failure.details["reason"]) == (Failure.SESSION_ENDED, "lease expired")


def test_sessions_are_listed_with_their_state(rig):
    opened = rig.open(namespace="n")
    rig.do(_report(rig.drivers[0], "attached", is_attached=True))
    rig.until(lambda: rig.stub.ListSessions(pb.ListSessionsRequest()).sessions[0].is_attached)
    (summary,) = rig.stub.ListSessions(pb.ListSessionsRequest()).sessions
    assert (summary.session_id, summary.stage) == (opened.session_id, pb.OpenSessionProgress.READY)
    assert (summary.job_id, summary.driver_pid) == ("0a", rig.drivers[0].pid)


def test_draining_refuses_new_sessions_and_ends_drivers_in_good_order(rig, refused):
    rig.open()
    rig.do(rig.gateway.drain(5.0))
    assert rig.drivers[0].orders == [{"do": "drain", "within_s": 5.0}]
    assert rig.sessions == []
    status, failure = refused(lambda: rig.stub.OpenSession(rig.request()))
    assert (status, failure.code) == (grpc.StatusCode.FAILED_PRECONDITION, Failure.DRAINING)
    assert rig.stub.GetServerInfo(pb.ServerInfoRequest()).is_draining


def test_a_drain_is_bounded(make_rig):
    rig = make_rig(limits=Limits(driver_end_s=0.2))
    rig.open()
    rig.script.obeys = False
    rig.do(rig.gateway.drain(0.1))
    assert len(rig.sessions) == 1
    rig.do(rig.gateway.stop(is_urgent=False))
    assert rig.drivers[0].orders[-1]["do"] == "end"
    assert rig.drivers[0]._exit.result() == "killed by SIGKILL"


LINES = [b"nonsense\n", b"[]\n", b'{"session": "someone", "event": "hello", "pid": 1}\n', b"[" * (MAX_LINE_BYTES + 2)]


@pytest.mark.parametrize("line", LINES, ids=["no JSON", "no event", "no session", "too long"])
def test_a_stranger_on_the_control_socket_is_turned_away(rig, line):
    rig.open()

    async def interfere() -> bytes:
        reader, writer = await asyncio.open_unix_connection(rig.gateway._lifecycle.control.path)
        writer.write(line)
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        return answer

    assert rig.do(interfere()) == b""
    assert len(rig.sessions) == 1


async def _report(driver, event, **fields):
    driver._report(event, **fields)
