"""Bytes of protocol 1, recorded: today's code must read them, and write the same.

A line here is never changed; a new field gets a new line.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from google.protobuf.message import Message

from ray_client_proto.v1 import bulk_pb2, error_pb2, frame_pb2, gateway_pb2, log_pb2, operation_pb2, payload_pb2
from ray_client_proto.wire import chunk

GOLDEN: dict[str, str] = json.loads((Path(__file__).parent / "golden" / "protocol_1.json").read_text())

PAYLOAD = payload_pb2.Payload(pickle=b"\x80\x05K\x01.")
MESSAGES: dict[str, Message] = {
    "attach": frame_pb2.ClientFrame(attach=frame_pb2.Attach(last_seen_seq=300)),
    "attached": frame_pb2.ServerFrame(attached=frame_pb2.Attached(last_seen_seq=7, attach_count=2)),
    "acknowledgement": frame_pb2.ClientFrame(ack=7),
    "put and get": frame_pb2.ClientFrame(
        seq=1,
        ack=0,
        operations=[
            operation_pb2.Operation(put=operation_pb2.Put(object_id=1, value=PAYLOAD)),
            operation_pb2.Operation(request_id=1, get=operation_pb2.Get(object_ids=[1, 2**63])),
        ],
    ),
    "task": operation_pb2.Operation(
        schedule_task=operation_pb2.ScheduleTask(
            function_digest=bytes(range(32)),
            invocation=operation_pb2.Invocation(arguments=PAYLOAD, result_ids=[2, 3], call_site="a.py:3 in f"),
        )
    ),
    "actor call": operation_pb2.Operation(
        call_actor=operation_pb2.CallActor(
            actor_id=4, method="next", invocation=operation_pb2.Invocation(result_ids=[5], is_streaming=True)
        )
    ),
    "release": operation_pb2.Operation(release=operation_pb2.Release(ids=[1, 2**63], counts=[2, 1])),
    "disconnect": frame_pb2.ClientFrame(
        seq=9, operations=[operation_pb2.Operation(disconnect=operation_pb2.Disconnect())]
    ),
    "value": frame_pb2.ServerFrame(
        seq=1,
        ack=1,
        replies=[
            operation_pb2.Reply(
                request_id=1,
                index=1,
                value=payload_pb2.Payload(pickle=b"x", buffers=[b"abc", b""], counted_ids=[2**63]),
            )
        ],
    ),
    "large value": operation_pb2.Reply(
        request_id=2, value=payload_pb2.Payload(transfer_id=1, sizes_bytes=[100, 1 << 20])
    ),
    "failure": operation_pb2.Reply(
        request_id=3,
        failure=error_pb2.Failure(
            code=error_pb2.Failure.LIMIT_EXCEEDED, message="too many", details={"limit": "sessions"}
        ),
    ),
    "open": gateway_pb2.OpenSessionRequest(
        client=gateway_pb2.ClientInfo(
            version="0.1.0", protocol=gateway_pb2.ProtocolRange(oldest=1, newest=1), capabilities=["bulk"]
        ),
        namespace="n",
        lease_s=300.0,
    ),
    "ready": gateway_pb2.OpenSessionProgress(
        stage=gateway_pb2.OpenSessionProgress.READY,
        opened=gateway_pb2.SessionOpened(session_id="s", secret=b"\x01", protocol=1),
    ),
    "log request": log_pb2.LogRequest(is_enabled=True, sources=[log_pb2.WORKER_STDERR], level=20),
    "chunk": bulk_pb2.Chunk(transfer_id=1, offset_bytes=1 << 20, total_bytes=(1 << 20) + 3, data=b"end"),
}


def test_every_recorded_message_is_known() -> None:
    assert GOLDEN.keys() == MESSAGES.keys()


@pytest.mark.parametrize("name", MESSAGES)
def test_recorded_bytes_are_read(name: str) -> None:
    assert type(MESSAGES[name]).FromString(bytes.fromhex(GOLDEN[name])) == MESSAGES[name]


@pytest.mark.parametrize("name", MESSAGES)
def test_recorded_bytes_are_written(name: str) -> None:
    assert MESSAGES[name].SerializeToString(deterministic=True).hex() == GOLDEN[name]


def test_the_chunk_written_by_hand_is_the_recorded_one() -> None:
    written = chunk.encode(1, 1 << 20, (1 << 20) + 3, [memoryview(b"e"), memoryview(b"nd")])
    assert written.hex() == GOLDEN["chunk"]
