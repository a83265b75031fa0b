"""The unary forms, with nothing but the generated stubs: what a tool or another language would use."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from gateway import Gateway

import ray_client as ray
from ray_client_proto.v1 import operation_pb2 as op
from ray_client_proto.v1 import session_pb2_grpc
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.payload_pb2 import Payload
from ray_client_proto.wire.metadata import FAILURE, SESSION_ID, SESSION_SECRET


class Unary:
    """The stubs with a session's metadata."""

    def __init__(self, channel: grpc.Channel, session_id: str, secret: bytes) -> None:
        self._stub = session_pb2_grpc.SessionStub(channel)
        self._metadata = ((SESSION_ID, session_id), (SESSION_SECRET, secret))

    def __getattr__(self, name: str) -> Any:
        return lambda request: list(getattr(self._stub, name)(request, timeout=20, metadata=self._metadata).replies)


@pytest.fixture
def channel(gateway: Gateway) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(f"127.0.0.1:{gateway.port}") as channel:
        yield channel


@pytest.fixture
def unary(context: ray.ClientContext, channel: grpc.Channel) -> Unary:
    opened = context._connection.session.opened
    return Unary(channel, opened.session_id, opened.secret)


def pickled(value: object) -> Payload:
    return Payload(pickle=pickle.dumps(value, protocol=5))


def unpickled(reply: op.Reply) -> object:
    return pickle.loads(reply.value.pickle, buffers=reply.value.buffers)


def test_put_and_get(unary: Unary) -> None:
    object_id = 1 << 40  # of the client's half, far from what the library uses
    unary.PutObject(op.Put(object_id=object_id, value=pickled({"a": 1})))
    [reply] = unary.GetObjects(op.Get(object_ids=[object_id]))
    assert unpickled(reply) == {"a": 1}


def test_get_of_several_keeps_their_places(unary: Unary) -> None:
    ids = [(1 << 41) + i for i in range(3)]
    for i, object_id in enumerate(ids):
        unary.PutObject(op.Put(object_id=object_id, value=pickled(i)))
    replies = unary.GetObjects(op.Get(object_ids=ids))
    assert sorted((reply.index, unpickled(reply)) for reply in replies) == [(0, 0), (1, 1), (2, 2)]


def test_get_of_what_is_not_there(unary: Unary) -> None:
    [reply] = unary.GetObjects(op.Get(object_ids=[(1 << 42) + 7]))
    assert reply.failure.code == Failure.UNKNOWN_OBJECT


def test_wait(unary: Unary) -> None:
    ids = [(1 << 43) + i for i in range(2)]
    for object_id in ids:
        unary.PutObject(op.Put(object_id=object_id, value=pickled(None)))
    [reply] = unary.WaitForObjects(op.Wait(object_ids=ids, num_returns=2, timeout_s=10, fetch_local=True))
    assert list(reply.ready.indexes) == [0, 1]


def test_schedule(unary: Unary) -> None:
    import hashlib

    import cloudpickle

    code = cloudpickle.dumps(lambda x: x * 2)
    digest = hashlib.sha256(code).digest()
    export = op.Export(digest=digest, kind=op.Export.FUNCTION, payload=Payload(pickle=code))
    unary.Schedule(op.Operation(export=export))
    result_id = 1 << 44
    invocation = op.Invocation(arguments=pickled(((21,), {})), result_ids=[result_id], call_site="a tool")
    unary.Schedule(op.Operation(schedule_task=op.ScheduleTask(function_digest=digest, invocation=invocation)))
    [reply] = unary.GetObjects(op.Get(object_ids=[result_id]))
    assert unpickled(reply) == 42
    unary.Schedule(op.Operation(release=op.Release(ids=[result_id], counts=[1])))
    [reply] = unary.GetObjects(op.Get(object_ids=[result_id]))
    assert reply.failure.code == Failure.UNKNOWN_OBJECT


def test_query(unary: Unary) -> None:
    [reply] = unary.Query(op.QueryCluster(query="cluster_resources"))
    assert unpickled(reply)["CPU"] == 4
    [reply] = unary.Query(op.QueryCluster(query="no_such_query"))
    assert reply.failure.code == Failure.INVALID_ARGUMENT


def failure_of(call: grpc.RpcError) -> Failure:
    [encoded] = [value for key, value in call.trailing_metadata() if key == FAILURE]
    return Failure.FromString(encoded)


@pytest.mark.parametrize("wrong", ["secret", "session", "nothing"])
def test_calls_without_the_right_to_them(channel: grpc.Channel, context: ray.ClientContext, wrong: str) -> None:
    opened = context._connection.session.opened
    session_id = "00000000-0000-4000-8000-000000000000" if wrong == "session" else opened.session_id
    secret = {"secret": b"x" * len(opened.secret), "session": opened.secret, "nothing": b""}[wrong]
    with pytest.raises(grpc.RpcError) as caught:
        Unary(channel, session_id, secret).Query(op.QueryCluster(query="nodes"))
    assert failure_of(caught.value).code == Failure.UNKNOWN_SESSION


def test_a_session_that_has_ended(channel: grpc.Channel, context: ray.ClientContext, unary: Unary) -> None:
    ray.shutdown()
    with pytest.raises(grpc.RpcError) as caught:
        unary.Query(op.QueryCluster(query="nodes"))
    failure = failure_of(caught.value)
    assert failure.code == Failure.SESSION_ENDED
    assert failure.details["reason"]


def test_closing_a_session_from_outside(channel: grpc.Channel, context: ray.ClientContext) -> None:
    from processes import poll

    from ray_client.errors import SessionLostError
    from ray_client_proto.v1 import gateway_pb2, gateway_pb2_grpc

    opened = context._connection.session.opened
    metadata = ((SESSION_ID, opened.session_id), (SESSION_SECRET, opened.secret))
    request = gateway_pb2.CloseSessionRequest(reason="the operator said so")
    gateway_pb2_grpc.GatewayStub(channel).CloseSession(request, timeout=20, metadata=metadata)
    assert poll(lambda: not context.is_connected, within_s=10)
    with pytest.raises(SessionLostError, match="the operator said so"):
        context._connection.session.ask(op.Operation(query_cluster=op.QueryCluster(query="nodes")))


def test_a_stream_that_takes_the_session_over(channel: grpc.Channel, context: ray.ClientContext) -> None:
    from processes import poll

    from ray_client.errors import SessionTakenOverError
    from ray_client_proto.v1 import frame_pb2

    opened = context._connection.session.opened
    metadata = ((SESSION_ID, opened.session_id), (SESSION_SECRET, opened.secret))
    attach = frame_pb2.ClientFrame(attach=frame_pb2.Attach(last_seen_seq=0))
    stream = session_pb2_grpc.SessionStub(channel).Data(iter([attach]), metadata=metadata)
    assert next(stream).HasField("attached")
    assert poll(lambda: not context.is_connected, within_s=10)
    with pytest.raises(SessionTakenOverError):
        ray.get(context._connection.session and ray.put(1))
    stream.cancel()
