"""The bulk lanes over gRPC: chunks as raw bytes, since protobuf would copy each twice more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import grpc

from ray_client.transport.channel import Metadata
from ray_client.transport.status import error_of, failure_of
from ray_client.transport.stream import StreamCutError
from ray_client_proto.v1 import bulk_pb2

_SERVICE = "/ray_client.v1.Session/"


class Lanes(Protocol):
    """One attempt at a transfer. `StreamCutError` means that it may be resumed."""

    def upload(self, messages: Iterator[bytes]) -> int:
        """Send chunks; give how many bytes the driver has of the transfer."""

    def received_bytes(self, transfer_id: int) -> int:
        """Give how many bytes the driver has of an upload."""

    def download(self, transfer_id: int, offset_bytes: int) -> Iterator[bytes]:
        """Yield the chunks of a download from an offset on."""


class GrpcLanes:
    """The lanes of one session on its channel."""

    def __init__(self, channel: grpc.Channel, metadata: Metadata, session_id: str) -> None:
        self._metadata = metadata
        self._session_id = session_id
        self._upload: Any = channel.stream_unary(
            _SERVICE + "Upload", request_serializer=None, response_deserializer=bulk_pb2.UploadStatus.FromString
        )
        self._status = channel.unary_unary(
            _SERVICE + "GetUploadStatus",
            request_serializer=bulk_pb2.UploadStatusRequest.SerializeToString,
            response_deserializer=bulk_pb2.UploadStatus.FromString,
        )
        self._download: Any = channel.unary_stream(
            _SERVICE + "Download",
            request_serializer=bulk_pb2.DownloadRequest.SerializeToString,
            response_deserializer=None,
        )

    def upload(self, messages: Iterator[bytes]) -> int:
        with _lane_errors(self._session_id, "uploading a large value"):
            return int(self._upload(messages, metadata=self._metadata).received_bytes)

    def received_bytes(self, transfer_id: int) -> int:
        with _lane_errors(self._session_id, "asking for the state of an upload"):
            request = bulk_pb2.UploadStatusRequest(transfer_id=transfer_id)
            return int(self._status(request, metadata=self._metadata).received_bytes)

    def download(self, transfer_id: int, offset_bytes: int) -> Iterator[bytes]:
        request = bulk_pb2.DownloadRequest(transfer_id=transfer_id, offset_bytes=offset_bytes)
        with _lane_errors(self._session_id, "downloading a large value"):
            call: Any = self._download(request, metadata=self._metadata)
            try:
                yield from call
            finally:
                call.cancel()


@contextmanager
def _lane_errors(session_id: str, doing: str) -> Iterator[None]:
    try:
        yield
    except grpc.RpcError as exc:
        if failure_of(exc) is None:
            raise StreamCutError(f"{exc.code().name} while {doing}: {exc.details()}") from exc
        raise error_of(exc, doing, session_id=session_id) from exc
