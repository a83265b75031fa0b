"""The relay passes calls through as they are, and says why where it cannot (docs/protocol.md, rules M2 to M4).

With a real driver behind it: `driver/test_relayed.py`.
"""

from __future__ import annotations

import itertools
import os
import queue

import grpc
import pytest

from ray_client_proto.v1 import gateway_pb2 as pb
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_server.config import Limits
from ray_client_server.gateway import relay


def test_messages_go_through_both_ways_as_they_are(rig):
    messages = [b"", b"a", os.urandom(3_000_000), b"z" * 100]
    call = rig.call("Data", rig.open())(messages)
    assert list(call) == messages
    assert call.code() == grpc.StatusCode.OK


def test_a_stream_is_no_batch_each_message_is_passed_on_when_it_comes(rig):
    to_send: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    call = rig.call("Data", rig.open())(iter(to_send.get, None))
    for number in range(5):
        to_send.put(b"%d" % number)
        assert next(call) == b"%d" % number
    to_send.put(None)
    assert list(call) == []


def test_m4_the_drivers_own_failure_goes_through(rig, refused):
    status, failure = refused(lambda: rig.call("Data", rig.open())([b"refuse"]))
    assert (status, failure.code) == (grpc.StatusCode.ABORTED, Failure.SESSION_TAKEN_OVER)
    assert failure.message == "another stream attached"


@pytest.mark.parametrize("metadata", [[], [("ray-client-session", "x")], [("ray-client-secret-bin", b"x")]])
def test_m2_a_call_without_id_or_secret_is_of_no_session(rig, refused, metadata):
    stream = rig.channel.stream_stream("/ray_client.v1.Session/Data")
    status, failure = refused(lambda: stream(iter([b"x"]), metadata=metadata))
    assert (status, failure.code) == (grpc.StatusCode.NOT_FOUND, Failure.UNKNOWN_SESSION)


def test_m2_an_unknown_id_and_a_wrong_secret_look_the_same(rig, refused):
    opened = rig.open()
    other = pb.SessionOpened(session_id="0" * 36, secret=opened.secret)
    wrong = pb.SessionOpened(session_id=opened.session_id, secret=b"\0" * 32)
    assert refused(lambda: rig.call("Data", other)([])) == refused(lambda: rig.call("Data", wrong)([]))


def test_m3_an_ended_session_is_remembered_with_its_reason(rig, refused):
    opened = rig.open()
    rig.stub.CloseSession(pb.CloseSessionRequest(reason="had enough"), metadata=rig.identity(opened))
    _, failure = refused(lambda: rig.call("Data", opened)([]))
    assert (failure.code, failure.details["reason"]) == (Failure.SESSION_ENDED, "had enough")
    wrong = pb.SessionOpened(session_id=opened.session_id, secret=b"\0" * 32)
    assert refused(lambda: rig.call("Data", wrong)([]))[1].code == Failure.UNKNOWN_SESSION


def test_m3_so_many_ended_sessions_are_remembered(make_rig, refused):
    rig = make_rig(limits=Limits(remembered_sessions=1))
    ended = [rig.open() for _ in range(2)]
    for opened in ended:
        rig.stub.CloseSession(pb.CloseSessionRequest(reason="had enough"), metadata=rig.identity(opened))
    codes = [refused(lambda opened=opened: rig.call("Data", opened)([]))[1].code for opened in ended]
    assert codes == [Failure.UNKNOWN_SESSION, Failure.SESSION_ENDED]


def test_a_message_past_the_limit_is_refused_with_limit_and_flag(make_rig, refused):
    rig = make_rig(limits=Limits(message_bytes=1000, chunk_bytes=100, inline_bytes=100))
    call = rig.call("Data", rig.open())
    status, failure = refused(lambda: call([b"x" * 1001]))
    assert (status, failure.code) == (grpc.StatusCode.RESOURCE_EXHAUSTED, Failure.LIMIT_EXCEEDED)
    assert failure.details["flag"] == "--limit-message-bytes"


def waiting(rig, opened):
    """A stream that stays."""
    call = rig.call("Data", opened)(itertools.chain([b"wait"], iter(queue.SimpleQueue().get, None)))
    assert next(call) == b"waiting"
    return call


def test_a_client_that_cancels_cancels_the_drivers_stream(rig):
    waiting(rig, rig.open()).cancel()
    rig.until(rig.drivers[0].cancelled.is_set)


def test_a_driver_that_dies_in_the_middle_of_a_call_is_named_as_the_cause(rig):
    call = waiting(rig, rig.open())
    rig.do(_call(rig.drivers[0].kill))
    with pytest.raises(grpc.RpcError) as caught:
        next(call)
    failure = failure_of(caught.value)
    assert (caught.value.code(), failure.code) == (grpc.StatusCode.ABORTED, Failure.DRIVER_FAILED)
    assert "killed by SIGKILL" in failure.details["reason"]
    rig.until(lambda: rig.sessions == [])
    assert not os.path.exists(rig.drivers[0].settings.socket_path)


def test_a_driver_that_takes_no_call_is_unavailable(rig, monkeypatch):
    monkeypatch.setattr(relay, "LEARN_S", 0.05)
    opened = rig.open()
    os.unlink(rig.drivers[0].settings.socket_path)
    with pytest.raises(grpc.RpcError) as caught:
        list(rig.call("Data", opened)([b"x"]))
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE


def test_calls_of_one_session_do_not_wait_for_each_other(rig):
    opened = rig.open()
    first = waiting(rig, opened)
    assert list(rig.call("Data", opened)([b"x"])) == [b"x"]
    first.cancel()


async def _call(function):
    function()


def failure_of(error):
    return Failure.FromString(dict(error.trailing_metadata())["ray-client-failure-bin"])
