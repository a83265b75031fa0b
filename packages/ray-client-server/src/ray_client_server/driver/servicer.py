"""The gRPC edge of the driver: messages in, messages out. Every decision lives behind it."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import grpc

from ray_client_proto.channel import PulledOutlet
from ray_client_proto.v1.bulk_pb2 import DownloadRequest, UploadStatus, UploadStatusRequest
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.frame_pb2 import ClientFrame
from ray_client_proto.v1.log_pb2 import LogBatch, LogRequest
from ray_client_proto.v1.operation_pb2 import Get, Operation, Put, QueryCluster, Replies, Wait
from ray_client_proto.wire import metadata
from ray_client_proto.wire.status import STATUS_BY_CODE
from ray_client_server.config import DriverSettings
from ray_client_server.driver.errors import OperationError, refused
from ray_client_server.driver.holdings import Holdings
from ray_client_server.driver.logs import Logs, Reader
from ray_client_server.driver.session import DriverSession, Stream
from ray_client_server.driver.transfers import violations
from ray_client_server.driver.unary import carry_out_unary, schedulable

SERVICE: Final = "ray_client.v1.Session"
_TEXT_LIMIT: Final = 1000  #: gRPC bounds the metadata of an answer at 8 KiB, with the failure in it

_Sized = tuple[ClientFrame, int]


class SessionServicer:
    """Serves the `Session` service for one session."""

    def __init__(self, settings: DriverSettings, session: DriverSession, holdings: Holdings, logs: Logs) -> None:
        self._id, self._secret = settings.session_id, bytes.fromhex(settings.secret_hex)
        self._limits = settings.limits
        self._session, self._holdings, self._logs = session, holdings, logs

    def handler(self) -> grpc.GenericRpcHandler:
        """Give the service for a server; chunks and data frames pass gRPC as bytes."""
        both, unary = grpc.stream_stream_rpc_method_handler, self._unary_handler
        methods = {
            "Data": both(self._data, request_deserializer=_sized_frame),
            "Logs": both(
                self._log, request_deserializer=LogRequest.FromString, response_serializer=LogBatch.SerializeToString
            ),
            "Upload": grpc.stream_unary_rpc_method_handler(
                self._upload, response_serializer=UploadStatus.SerializeToString
            ),
            "GetUploadStatus": unary(self._upload_status, UploadStatusRequest, UploadStatus),
            "Download": grpc.unary_stream_rpc_method_handler(
                self._download, request_deserializer=DownloadRequest.FromString
            ),
            "GetObjects": unary(self._operation_as("get"), Get, Replies),
            "PutObject": unary(self._operation_as("put"), Put, Replies),
            "WaitForObjects": unary(self._operation_as("wait"), Wait, Replies),
            "Schedule": unary(self._schedule, Operation, Replies),
            "Query": unary(self._operation_as("query_cluster"), QueryCluster, Replies),
        }
        return grpc.method_handlers_generic_handler(SERVICE, methods)

    def _unary_handler(self, behavior: Callable[[Any, grpc.ServicerContext], Any], request: Any, response: Any) -> Any:
        return grpc.unary_unary_rpc_method_handler(
            behavior, request_deserializer=request.FromString, response_serializer=response.SerializeToString
        )

    @contextmanager
    def _guard(self, context: grpc.ServicerContext) -> Iterator[None]:
        """Let only the session's own callers in (M2), and tell them of failures (M4)."""
        try:
            self._check_caller(context)
            yield
        except OperationError as error:
            abort(context, error.failure)

    def _check_caller(self, context: grpc.ServicerContext) -> None:
        sent = {item[0]: item[1] for item in context.invocation_metadata()}
        secret = sent.get(metadata.SESSION_SECRET, b"")
        is_known = sent.get(metadata.SESSION_ID) == self._id
        if not hmac.compare_digest(secret if isinstance(secret, bytes) else b"", self._secret) or not is_known:
            raise refused(Failure.UNKNOWN_SESSION, "the gateway knows no such session, or its secret is another one")

    def _data(self, requests: Iterator[_Sized], context: grpc.ServicerContext) -> Iterator[bytes]:
        with self._guard(context):
            first = next(requests, None)
            if first is None or not first[0].HasField("attach"):
                raise refused(Failure.PROTOCOL_VIOLATION, "D5: the first message of a data stream must attach")
            way = PulledWay(self._session.freed)
            stream = self._session.attach(first[0].attach, way)
            # Without this nobody would wake the sender when the stream is cut.
            if not context.add_callback(stream.close):
                stream.close()
            threading.Thread(target=_read, args=(stream, first, requests), name="data-reader", daemon=True).start()
            yield from way.messages()

    def _log(self, requests: Iterator[LogRequest], context: grpc.ServicerContext) -> Iterator[LogBatch]:
        with self._guard(context), self._logs.reader() as reader:
            if not context.add_callback(reader.close):
                reader.close()
            threading.Thread(target=_follow, args=(reader, requests), name="logs-reader", daemon=True).start()
            yield from reader.batches()

    def _upload(self, requests: Iterator[bytes], context: grpc.ServicerContext) -> UploadStatus:
        transfer_id = received_bytes = 0
        with self._guard(context), violations():
            for message in requests:
                transfer_id, received_bytes = self._holdings.uploads.add(message)
        return UploadStatus(transfer_id=transfer_id, received_bytes=received_bytes)

    def _upload_status(self, request: UploadStatusRequest, context: grpc.ServicerContext) -> UploadStatus:
        with self._guard(context):
            received_bytes = self._holdings.uploads.received_bytes(request.transfer_id)
        return UploadStatus(transfer_id=request.transfer_id, received_bytes=received_bytes)

    def _download(self, request: DownloadRequest, context: grpc.ServicerContext) -> Iterator[bytes]:
        with self._guard(context):
            yield from self._holdings.downloads.chunks(
                request.transfer_id, self._limits.chunk_bytes, request.offset_bytes
            )

    def _operation_as(self, kind: str) -> Callable[[Any, grpc.ServicerContext], Replies]:
        def behavior(request: Any, context: grpc.ServicerContext) -> Replies:
            operation = Operation()
            getattr(operation, kind).CopyFrom(request)
            return self._carry_out(operation, context)

        return behavior

    def _schedule(self, request: Operation, context: grpc.ServicerContext) -> Replies:
        with self._guard(context):
            schedulable(request)
        return self._carry_out(request, context)

    def _carry_out(self, operation: Operation, context: grpc.ServicerContext) -> Replies:
        replies = Replies()
        with self._guard(context):
            replies = carry_out_unary(self._session, operation, context.is_active)
        return replies


def abort(context: grpc.ServicerContext, failure: Failure) -> None:
    """End a call with a failure, as status and as data (M4). Does not return while the caller is there."""
    if not context.is_active():
        return
    short = Failure()
    short.CopyFrom(failure)
    short.message, short.traceback = failure.message[:_TEXT_LIMIT], failure.traceback[:_TEXT_LIMIT]
    short.ClearField("cause")
    context.set_trailing_metadata(((metadata.FAILURE, short.SerializeToString()),))
    context.abort(grpc.StatusCode[STATUS_BY_CODE[failure.code]], short.message)


def _sized_frame(message: bytes) -> _Sized:
    return ClientFrame.FromString(message), len(message)


class PulledWay(PulledOutlet):
    """The way out of a data stream of gRPC."""

    def end(self, failure: Failure | None) -> None:
        self.finish(None if failure is None else OperationError(failure))


def _read(stream: Stream, first: _Sized, requests: Iterator[_Sized]) -> None:
    """Carry out the client's frames until its stream ends, one way or another."""
    try:
        stream.receive(*first)
        for frame, size_bytes in requests:
            stream.receive(frame, size_bytes)
    except OperationError as error:
        stream.way.end(error.failure)
    # gRPC raises a bare Exception when the stream is cut; the callback of the context has closed it then.
    except Exception:  # noqa: BLE001
        return
    else:
        stream.close()


def _follow(reader: Reader, requests: Iterator[LogRequest]) -> None:
    """Apply a log reader's requests until its stream ends."""
    try:
        for request in requests:
            reader.want(request)
    # gRPC raises a bare Exception when the stream is cut; the callback of the context has closed it then.
    except Exception:  # noqa: BLE001
        return
    reader.close()
