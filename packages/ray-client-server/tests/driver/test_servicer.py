"""The gRPC edge on a unix socket, with a small Ray behind it (rules M2, M4, D5, D6, D8, B5, L1)."""

from __future__ import annotations

import queue
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest

from ray_client_proto.v1.bulk_pb2 import DownloadRequest, UploadStatus, UploadStatusRequest
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.frame_pb2 import Attach, ClientFrame
from ray_client_proto.v1.log_pb2 import LogRequest
from ray_client_proto.v1.operation_pb2 import Disconnect, Get, Operation, Put, QueryCluster, Release, Wait
from ray_client_proto.v1.session_pb2_grpc import SessionStub
from ray_client_proto.wire import chunk, metadata
from ray_client_server.config import DriverSettings
from ray_client_server.driver.dispatch import carry_out
from ray_client_server.driver.logs import Logs
from ray_client_server.driver.port import WorkerLines
from ray_client_server.driver.servicer import SERVICE, SessionServicer
from ray_client_server.driver.session import DriverSession

CALLER = ((metadata.SESSION_ID, "s-1"), (metadata.SESSION_SECRET, b"\x01\x02"))


class Served:
    def __init__(self, holdings: Any, path: str) -> None:
        self.ends: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.logs = Logs()
        self.session = DriverSession(
            lambda operation, answer: carry_out(holdings, operation, answer),
            replay_bytes=1 << 20,
            lease_s=60,
            on_end=self.ends.put,
            on_attach=lambda _: None,
        )
        settings = DriverSettings(
            session_id="s-1",
            secret_hex="0102",
            cluster_address="",
            socket_path=path,
            control_path="",
            log_path="",
            limits=holdings.limits,
        )
        self.server = grpc.server(
            ThreadPoolExecutor(16), handlers=[SessionServicer(settings, self.session, holdings, self.logs).handler()]
        )
        self.server.add_insecure_port(f"unix:{path}")
        self.server.start()
        self.channel = grpc.insecure_channel(f"unix:{path}")
        self.stub = SessionStub(self.channel)

    def data(self, last_seen_seq: int = 0) -> tuple[queue.SimpleQueue[ClientFrame | None], Any]:
        sent: queue.SimpleQueue[ClientFrame | None] = queue.SimpleQueue()
        sent.put(ClientFrame(attach=Attach(last_seen_seq=last_seen_seq)))
        return sent, self.stub.Data(iter(sent.get, None), metadata=CALLER)


@pytest.fixture
def served(holdings: Any) -> Iterator[Served]:
    with tempfile.TemporaryDirectory() as folder:
        served = Served(holdings, f"{folder}/s")
        yield served
        served.channel.close()
        served.server.stop(0).wait()


def failure_of(doing: Callable[[], object]) -> tuple[grpc.StatusCode, Failure]:
    with pytest.raises(grpc.RpcError) as caught:
        doing()
    trailing = dict(caught.value.trailing_metadata())
    return caught.value.code(), Failure.FromString(trailing[metadata.FAILURE])


@pytest.mark.parametrize(
    "caller",
    [
        (),
        CALLER[:1],
        ((metadata.SESSION_ID, "s-2"), CALLER[1]),
        (CALLER[0], (metadata.SESSION_SECRET, b"\x01")),
    ],
)
def test_m2_only_the_sessions_own_callers_come_in(served: Served, caller: Any) -> None:
    stub = served.stub
    calls: list[Callable[[], object]] = [
        lambda: stub.GetObjects(Get(), metadata=caller),
        lambda: list(stub.Data(iter(()), metadata=caller)),
        lambda: list(stub.Logs(iter(()), metadata=caller)),
        lambda: list(stub.Download(DownloadRequest(), metadata=caller)),
        lambda: stub.Upload(iter(()), metadata=caller),
        lambda: stub.Schedule(Operation(), metadata=caller),
    ]
    texts = set()
    for call in calls:
        status, failure = failure_of(call)
        assert (status, failure.code) == (grpc.StatusCode.NOT_FOUND, Failure.UNKNOWN_SESSION)
        texts.add(failure.message)
    assert len(texts) == 1


def test_d5_a_stream_that_does_not_attach_is_refused(served: Served) -> None:
    stream = served.stub.Data(iter([ClientFrame(seq=1)]), metadata=CALLER)
    assert failure_of(lambda: next(stream))[1].message.startswith("D5")


def test_d8_a_session_from_attach_to_disconnect(served: Served, driving: Any) -> None:
    sent, stream = served.data()
    assert next(stream).attached.attach_count == 1
    operations = [
        Operation(put=Put(object_id=1, value=driving.payload([5]))),
        Operation(request_id=1, get=Get(object_ids=[1])),
    ]
    sent.put(ClientFrame(seq=1, operations=operations))
    frame = next(message for message in stream if message.seq)
    assert driving.value_of(frame.replies[0].value) == [5]
    sent.put(ClientFrame(seq=2, ack=1, operations=[Operation(disconnect=Disconnect())]))
    sent.put(None)
    assert [message.ack for message in stream][-1] == 2
    assert stream.code() == grpc.StatusCode.OK
    assert served.ends.get(timeout=10) == "disconnected"
    assert failure_of(lambda: served.stub.GetObjects(Get(), metadata=CALLER))[1].code == Failure.SESSION_ENDED


def test_d6_the_stream_that_was_taken_over_is_told(served: Served) -> None:
    _, old = served.data()
    next(old)
    _, new = served.data()
    next(new)
    status, failure = failure_of(lambda: next(old))
    assert (status, failure.code) == (grpc.StatusCode.ABORTED, Failure.SESSION_TAKEN_OVER)
    new.cancel()


def test_d1_a_violation_ends_the_stream_and_not_the_session(served: Served) -> None:
    sent, stream = served.data()
    next(stream)
    sent.put(ClientFrame(seq=9))
    status, failure = failure_of(lambda: list(stream))
    assert (status, failure.code) == (grpc.StatusCode.INVALID_ARGUMENT, Failure.PROTOCOL_VIOLATION)
    _, again = served.data()
    assert next(again).attached.attach_count == 2
    again.cancel()


def test_bulk_lanes_go_there_and_back(served: Served, holdings: Any, driving: Any) -> None:
    view = memoryview(driving.payload("x" * 50_000).pickle)
    upload = served.channel.stream_unary(f"/{SERVICE}/Upload", response_deserializer=UploadStatus.FromString)
    messages = list(chunk.split(4, [view], 10_000))
    assert upload(iter(messages[:2]), metadata=CALLER).received_bytes == 20_000
    assert served.stub.GetUploadStatus(UploadStatusRequest(transfer_id=4), metadata=CALLER).received_bytes == 20_000
    assert upload(iter(messages[2:]), metadata=CALLER) == UploadStatus(transfer_id=4, received_bytes=view.nbytes)
    put = Put(object_id=3)
    put.value.transfer_id = 4
    put.value.sizes_bytes.append(view.nbytes)
    served.stub.PutObject(put, metadata=CALLER)
    value = served.stub.GetObjects(Get(object_ids=[3]), metadata=CALLER).replies[0].value
    request = DownloadRequest(transfer_id=value.transfer_id, offset_bytes=10)
    pieces = list(served.stub.Download(request, metadata=CALLER))
    assert (pieces[0].offset_bytes, pieces[-1].total_bytes) == (10, value.sizes_bytes[0])
    missing = DownloadRequest(transfer_id=99)
    assert failure_of(lambda: list(served.stub.Download(missing, metadata=CALLER)))[1].code == Failure.UNKNOWN_OBJECT


def test_b2_a_gap_in_an_upload_is_told(served: Served) -> None:
    upload = served.channel.stream_unary(f"/{SERVICE}/Upload")
    message = chunk.encode(4, 10, 20, [memoryview(b"x")])
    assert failure_of(lambda: upload(iter([message]), metadata=CALLER))[1].message.startswith("B2")


def test_unary_forms_go_through_the_same_handlers(served: Served, driving: Any) -> None:
    stub = served.stub
    (put,) = stub.PutObject(Put(value=driving.payload(7)), metadata=CALLER).replies
    (object_id,) = put.value.counted_ids
    first, second = stub.GetObjects(Get(object_ids=[object_id, 50]), metadata=CALLER).replies
    assert driving.value_of(first.value) == 7 and second.failure.code == Failure.UNKNOWN_OBJECT
    wait = Wait(object_ids=[object_id], num_returns=1, timeout_s=-1)
    assert stub.WaitForObjects(wait, metadata=CALLER).replies[0].ready.indexes == [0]
    assert driving.value_of(stub.Query(QueryCluster(query="nodes"), metadata=CALLER).replies[0].value) == ["n1"]
    release = Operation(release=Release(ids=[object_id], counts=[1]))
    assert stub.Schedule(release, metadata=CALLER).replies[0].HasField("done")
    refused = failure_of(lambda: stub.Schedule(Operation(get=Get()), metadata=CALLER))[1]
    assert "create_actor" in refused.message


def test_l1_logs_reach_a_reader(served: Served) -> None:
    wanted: queue.SimpleQueue[LogRequest | None] = queue.SimpleQueue()
    wanted.put(LogRequest(is_enabled=True))
    batches = served.stub.Logs(iter(wanted.get, None), metadata=CALLER)
    wanted.put(LogRequest(is_enabled=True))
    while not any(reader._wanted.is_enabled for reader in served.logs._readers):
        pass  # until the request has come through
    served.logs.take_lines(WorkerLines(["hello"], False, "f", 1, ""))
    assert next(batches).records[0].text == "hello"
    wanted.put(None)
    assert list(batches) == []
