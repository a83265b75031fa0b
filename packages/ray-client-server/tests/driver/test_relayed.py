"""The `Session` service of gRPC, with a driver's real doors and a small Ray behind it (rules M4, O9, D5 to D8, B5, L1).

Here and not with the gateway's other tests, since what is behind it is the driver's.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import queue
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest

from ray_client_proto import sockets as proto_sockets
from ray_client_proto.v1.bulk_pb2 import DownloadRequest, UploadStatus, UploadStatusRequest
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.frame_pb2 import Attach, ClientFrame
from ray_client_proto.v1.gateway_pb2 import ClientInfo
from ray_client_proto.v1.log_pb2 import LogRequest
from ray_client_proto.v1.operation_pb2 import (
    Disconnect,
    Export,
    Get,
    Invocation,
    Operation,
    Put,
    QueryCluster,
    Release,
    ScheduleTask,
    Wait,
)
from ray_client_proto.v1.session_pb2_grpc import SessionStub
from ray_client_proto.wire import calls, chunk, lane, metadata, websocket
from ray_client_server.config import Limits, given_path
from ray_client_server.driver.dispatch import carry_out
from ray_client_server.driver.lanes import LaneService, LogService
from ray_client_server.driver.local import LocalDoor
from ray_client_server.driver.logs import Logs
from ray_client_server.driver.port import WorkerLines
from ray_client_server.driver.session import DriverSession
from ray_client_server.driver.sockets import SocketDoor
from ray_client_server.gateway import relay
from ray_client_server.gateway.relay import PREFIX, Relay
from ray_client_server.gateway.sessions import ANSWERS, SessionTable

MESSAGE_BYTES = 200_000


class Served:
    def __init__(self, holdings: Any, directory: str) -> None:
        self.ends: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.hung_up = threading.Event()
        self.logs = Logs()
        self.session = DriverSession(
            lambda operation, answer: carry_out(holdings, operation, answer),
            replay_bytes=1 << 20,
            lease_s=60,
            on_end=self.ends.put,
            on_attach=lambda _: None,
        )
        self._holdings = holdings
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        port = asyncio.run_coroutine_threadsafe(self._start(directory), self._loop).result(10)
        self.caller = ((metadata.SESSION_ID, self.known.session_id), (metadata.SESSION_SECRET, self.known.secret))
        self.address = f"127.0.0.1:{port}"
        self.channel = grpc.insecure_channel(self.address)
        self.stub = SessionStub(self.channel)

    async def _start(self, directory: str) -> int:
        os.mkdir(f"{directory}/s")
        limits = Limits(message_bytes=MESSAGE_BYTES, chunk_bytes=10_000, inline_bytes=10_000)
        self.sessions = SessionTable(limits)
        self.known = known = self.sessions.reserve(ClientInfo(), "", 60, directory)
        known.ready.set_result({})
        lanes = LaneService(self._holdings.uploads, self._holdings.downloads, MESSAGE_BYTES)
        self.door = SocketDoor(
            given_path(known.socket_path, None),
            self.session,
            MESSAGE_BYTES,
            lanes,
            LogService(self.logs),
            on_hung_up=self.hung_up.set,
        )
        self.local = LocalDoor(known.socket_path, known.session_id, known.secret, self.door.begin, 10)
        self.relay = Relay(self.sessions, limits)
        self._server = grpc.aio.server()
        self._server.add_generic_rpc_handlers((self.relay,))
        port = self._server.add_insecure_port("127.0.0.1:0")
        await self._server.start()
        return port

    def end(self, reason: str) -> None:
        """End the session as the gateway does; in its own thread."""
        self._loop.call_soon_threadsafe(self.sessions.end, self.known, reason)

    def close(self) -> None:
        self.channel.close()
        asyncio.run_coroutine_threadsafe(self._server.stop(0), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self.local.close()
        self.door.close()

    def data(self, last_seen_seq: int = 0) -> tuple[queue.SimpleQueue[ClientFrame | None], Any]:
        sent: queue.SimpleQueue[ClientFrame | None] = queue.SimpleQueue()
        sent.put(ClientFrame(attach=Attach(last_seen_seq=last_seen_seq)))
        return sent, self.stub.Data(iter(sent.get, None), metadata=self.caller)


@pytest.fixture
def served(holdings: Any) -> Iterator[Served]:
    with tempfile.TemporaryDirectory() as folder:
        served = Served(holdings, folder)
        yield served
        served.close()


def failure_of(doing: Callable[[], object]) -> tuple[grpc.StatusCode, Failure]:
    with pytest.raises(grpc.RpcError) as caught:
        doing()
    trailing = dict(caught.value.trailing_metadata())
    return caught.value.code(), Failure.FromString(trailing[metadata.FAILURE])


def test_d5_a_stream_that_does_not_attach_is_refused(served: Served) -> None:
    stream = served.stub.Data(iter([ClientFrame(seq=1)]), metadata=served.caller)
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
    assert failure_of(lambda: served.stub.GetObjects(Get(), metadata=served.caller))[1].code == Failure.SESSION_ENDED


def test_d8_only_the_gateway_says_of_its_clients_that_they_hung_up(served: Served) -> None:
    _, stream = served.data()
    next(stream)
    stream.cancel()
    sent, again = served.data()
    assert next(again).attached.attach_count == 2
    sent.put(None)
    assert [message.ack for message in again] == []
    until(lambda: not served.door._open)
    assert not served.hung_up.is_set()


def test_m4_a_driver_that_is_gone_is_named_by_what_the_gateway_knows(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "LEARN_S", 0.05)
    sent, stream = served.data()
    next(stream)
    served.door.close()
    with pytest.raises(grpc.RpcError) as caught:
        next(stream)
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
    sent.put(None)
    served.local.close()
    monkeypatch.setattr(relay, "LEARN_S", 10)
    query = served.stub.Query.future(QueryCluster(query="nodes"), metadata=served.caller)
    served.end("its driver died")
    status, failure = failure_of(query.result)
    assert (status, failure.details["reason"]) == (grpc.StatusCode.NOT_FOUND, "its driver died")


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
    upload = served.channel.stream_unary(f"{PREFIX}Upload", response_deserializer=UploadStatus.FromString)
    messages = list(chunk.split(4, [view], 10_000))
    assert upload(iter(messages[:2]), metadata=served.caller).received_bytes == 20_000
    assert (
        served.stub.GetUploadStatus(UploadStatusRequest(transfer_id=4), metadata=served.caller).received_bytes == 20_000
    )
    assert upload(iter(messages[2:]), metadata=served.caller) == UploadStatus(transfer_id=4, received_bytes=view.nbytes)
    put = Put(object_id=3)
    put.value.transfer_id = 4
    put.value.sizes_bytes.append(view.nbytes)
    served.stub.PutObject(put, metadata=served.caller)
    value = served.stub.GetObjects(Get(object_ids=[3]), metadata=served.caller).replies[0].value
    request = DownloadRequest(transfer_id=value.transfer_id, offset_bytes=10)
    pieces = list(served.stub.Download(request, metadata=served.caller))
    assert (pieces[0].offset_bytes, pieces[-1].total_bytes) == (10, value.sizes_bytes[0])
    missing = DownloadRequest(transfer_id=99)
    assert (
        failure_of(lambda: list(served.stub.Download(missing, metadata=served.caller)))[1].code
        == Failure.UNKNOWN_OBJECT
    )


def test_b2_a_gap_in_an_upload_is_told(served: Served) -> None:
    upload = served.channel.stream_unary(f"{PREFIX}Upload")
    message = chunk.encode(4, 10, 20, [memoryview(b"x")])
    assert failure_of(lambda: upload(iter([message]), metadata=served.caller))[1].message.startswith("B2")


def test_unary_forms_go_through_the_same_handlers(served: Served, driving: Any) -> None:
    stub = served.stub
    (put,) = stub.PutObject(Put(value=driving.payload(7)), metadata=served.caller).replies
    (object_id,) = put.value.counted_ids
    first, second = stub.GetObjects(Get(object_ids=[object_id, 50]), metadata=served.caller).replies
    assert driving.value_of(first.value) == 7 and second.failure.code == Failure.UNKNOWN_OBJECT
    wait = Wait(object_ids=[object_id], num_returns=1, timeout_s=-1)
    assert stub.WaitForObjects(wait, metadata=served.caller).replies[0].ready.indexes == [0]
    assert driving.value_of(stub.Query(QueryCluster(query="nodes"), metadata=served.caller).replies[0].value) == ["n1"]
    release = Operation(release=Release(ids=[object_id], counts=[1]))
    assert stub.Schedule(release, metadata=served.caller).replies[0].HasField("done")
    refused = failure_of(lambda: stub.Schedule(Operation(get=Get()), metadata=served.caller))[1]
    assert "create_actor" in refused.message


def test_l1_logs_reach_a_reader(served: Served) -> None:
    wanted: queue.SimpleQueue[LogRequest | None] = queue.SimpleQueue()
    wanted.put(LogRequest(is_enabled=True))
    batches = served.stub.Logs(iter(wanted.get, None), metadata=served.caller)
    wanted.put(LogRequest(is_enabled=True))
    until(lambda: any(reader._wanted.is_enabled for reader in served.logs._readers))
    served.logs.take_lines(WorkerLines(["hello"], False, "f", 1, ""))
    assert next(batches).records[0].text == "hello"
    wanted.put(None)
    assert list(batches) == []


def until(condition: Callable[[], Any], within_s: float = 10.0) -> None:
    """Wait for what other threads do; the bound only matters to a test that fails."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_call_that_is_cancelled_is_not_waited_for(served: Served, driving: Any, port: Any) -> None:
    shipped = driving.payload(lambda: None)
    digest = hashlib.sha256(shipped.pickle).digest()
    invocation = Invocation(arguments=driving.payload(((), {})), result_ids=[9])
    invocation.options.CopyFrom(driving.payload({"later": True}))
    for operation in (
        Operation(export=Export(digest=digest, kind=Export.FUNCTION, payload=shipped)),
        Operation(schedule_task=ScheduleTask(function_digest=digest, invocation=invocation)),
    ):
        served.stub.Schedule(operation, metadata=served.caller)
    waiting = served.stub.GetObjects.future(Get(object_ids=[9]), metadata=served.caller)
    assert served.stub.Query(QueryCluster(query="nodes"), metadata=served.caller).replies  # which waits for no other
    until(lambda: len(served.door._open) == 1)
    waiting.cancel()
    until(lambda: not served.door._open)
    port.pending[0].resolve(1)  # nobody is there for it
    assert served.stub.GetObjects(Get(object_ids=[9]), metadata=served.caller).replies[0].HasField("value")


def test_a_message_past_the_limit_is_refused_with_limit_and_flag(served: Served, driving: Any) -> None:
    large = Put(value=driving.payload(b"x" * MESSAGE_BYTES))
    status, failure = failure_of(lambda: served.stub.PutObject(large, metadata=served.caller))
    assert (status, failure.code) == (grpc.StatusCode.RESOURCE_EXHAUSTED, Failure.LIMIT_EXCEEDED)
    assert failure.details["flag"] == "--limit-message-bytes"


def test_chunks_of_any_size_go_up_and_none_too_large_comes_down(served: Served, holdings: Any) -> None:
    view = memoryview(os.urandom(500_000))
    upload = served.channel.stream_unary(f"{PREFIX}Upload", response_deserializer=UploadStatus.FromString)
    messages = list(chunk.split(5, [view], MESSAGE_BYTES - 30))  # with a lane's head too large for one of its messages
    assert upload(iter(messages), metadata=served.caller).received_bytes == view.nbytes
    assert bytes(holdings.uploads.take(5, [view.nbytes])[0]) == view
    transfer_id = holdings.downloads.keep([view])
    pieces = list(served.stub.Download(DownloadRequest(transfer_id=transfer_id), metadata=served.caller))
    assert b"".join(piece.data for piece in pieces) == view
    assert max(len(piece.data) for piece in pieces) == 10_000


def test_where_nothing_is_sent_nothing_is_wrong(served: Served, holdings: Any) -> None:
    upload = served.channel.stream_unary(f"{PREFIX}Upload", response_deserializer=UploadStatus.FromString)
    assert upload(iter(()), metadata=served.caller) == UploadStatus()
    transfer_id = holdings.downloads.keep([])
    (piece,) = served.stub.Download(DownloadRequest(transfer_id=transfer_id), metadata=served.caller)
    assert (piece.total_bytes, piece.data) == (0, b"")


def test_b3_a_transfer_that_is_too_large_is_refused_while_its_client_still_sends(served: Served) -> None:
    upload = served.channel.stream_unary(f"{PREFIX}Upload")
    more = threading.Event()

    def chunks() -> Iterator[bytes]:
        yield chunk.encode(7, 0, 1 << 40, [memoryview(b"x" * 1000)])
        more.wait(20)  # the refusal comes before

    status, failure = failure_of(lambda: upload(chunks(), metadata=served.caller))
    more.set()
    assert (status, failure.code) == (grpc.StatusCode.RESOURCE_EXHAUSTED, Failure.LIMIT_EXCEEDED)
    assert failure.details["limit"] == "transfer_bytes"


@pytest.mark.parametrize("method", ["GetObjects", "Schedule", "Download", "GetUploadStatus", "Logs", "Upload"])
def test_what_is_no_message_of_the_method_is_refused(served: Served, method: str) -> None:
    call = served.channel.stream_stream(f"{PREFIX}{method}")
    status, failure = failure_of(lambda: list(call(iter([b"\xff\xff\xff"]), metadata=served.caller)))
    assert (status, failure.code) == (grpc.StatusCode.INVALID_ARGUMENT, Failure.PROTOCOL_VIOLATION)


def test_a_reader_that_does_not_read_holds_back_the_driver_and_keeps_its_connection(
    served: Served, holdings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proto_sockets, "QUIET_S", 0.2)
    monkeypatch.setattr(proto_sockets, "ANSWER_S", 0.2)
    monkeypatch.setattr(relay, "SIGN_S", 0.05)
    sent, stream = served.data()
    next(stream)
    time.sleep(1)  # longer than a driver waits for a sign of life
    sent.put(ClientFrame(seq=1, operations=[Operation(request_id=1, query_cluster=QueryCluster(query="nodes"))]))
    assert any(frame.replies for frame in stream)
    stream.cancel()


def test_methods_that_are_none_are_not_implemented(served: Served) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        served.channel.unary_unary(f"{PREFIX}Nothing")(b"", metadata=served.caller)
    assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_b10_what_came_of_a_download_goes_on_before_the_rest_is_there(served: Served) -> None:
    goes_on = threading.Event()

    def begin(connection: Any, _: bytes, first: bytes) -> None:
        with connection:
            connection.sendall(websocket.header(websocket.BINARY, lane.HEAD_BYTES + 150_000, is_client=False))
            connection.sendall(lane.Head(lane.CHUNK, 7, 0, 150_000).encode()[:3])
            connection.sendall(lane.Head(lane.CHUNK, 7, 0, 150_000).encode()[3:] + bytes(20_000))
            goes_on.wait(20)
            connection.sendall(bytes(130_000))
            time.sleep(0.2)

    served.local._begin = begin
    pieces = served.stub.Download(DownloadRequest(transfer_id=7), metadata=served.caller, timeout=20)
    assert next(pieces).offset_bytes == 0
    goes_on.set()
    *_, last = pieces
    assert last.offset_bytes + len(last.data) == last.total_bytes == 150_000


def test_a_download_that_nobody_reads_ends(served: Served, holdings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "STALL_S", 0.1)
    transfer_id = holdings.downloads.keep([memoryview(bytes(64 << 20))])
    stalled = served.stub.Download(DownloadRequest(transfer_id=transfer_id), metadata=served.caller)
    next(stalled)
    until(lambda: served.known.calls == 0)
    _, failure = failure_of(lambda: list(stalled))
    assert "read nothing" in failure.message


def test_answers_that_wait_for_their_client_are_bounded(served: Served) -> None:
    asked, told = queue.SimpleQueue[None](), queue.SimpleQueue[None]()

    def answer(connection: Any, _: bytes, first: bytes) -> None:
        messages = proto_sockets.MessageSocket(connection, is_client=False, limit_bytes=1 << 20, first=first)
        messages.receive()
        asked.put(None)
        messages.post(calls.REPLIES + bytes(MESSAGE_BYTES))
        with contextlib.suppress(OSError):
            while messages.receive() is not None:
                pass
            told.put(None)  # all of it is in the gateway
        messages.finish()
        messages.release()

    served.local._begin = answer
    with grpc.insecure_channel(served.address, [("grpc.http2.bdp_probe", 0)]) as channel:
        call = channel.stream_stream(f"{PREFIX}GetObjects")
        unread = [call(iter([b""]), metadata=served.caller, timeout=30) for _ in range(ANSWERS + 1)]
        for _ in unread:
            asked.get(timeout=20)
        for _ in range(ANSWERS):
            told.get(timeout=20)
        with pytest.raises(queue.Empty):
            told.get(timeout=0.5)
        assert len(next(unread[0])) + len(next(unread[1])) == 2 * MESSAGE_BYTES
        told.get(timeout=20)
        for each in unread:
            each.cancel()


def test_calls_of_a_session_are_bounded_and_its_secret_comes_before(served: Served) -> None:
    served.known.calls = Limits().session_calls
    assert failure_of(lambda: served.stub.GetObjects(Get(), metadata=served.caller))[1].code == Failure.LIMIT_EXCEEDED
    wrong = (served.caller[0], (metadata.SESSION_SECRET, b"wrong"))
    assert failure_of(lambda: served.stub.GetObjects(Get(), metadata=wrong))[1].code == Failure.UNKNOWN_SESSION
    served.known.calls = 0
