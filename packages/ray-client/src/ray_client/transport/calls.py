"""A session's calls of gRPC, which the gateway carries on to its driver."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import grpc

from ray_client.transport.channel import Metadata
from ray_client_proto.v1 import bulk_pb2
from ray_client_proto.v1.session_pb2_grpc import SessionStub

_SERVICE: Final = "/ray_client.v1.Session/"


class SessionCalls:
    """The calls of one session. Frames and chunks are bytes: protobuf would copy each twice more."""

    def __init__(self, channel: grpc.Channel, metadata: Metadata) -> None:
        self._metadata = metadata
        stub = SessionStub(channel)
        self._logs: Any = stub.Logs
        self._upload_status: Any = stub.GetUploadStatus
        self._data: Any = channel.stream_stream(_SERVICE + "Data", request_serializer=None, response_deserializer=None)
        self._upload: Any = channel.stream_unary(
            _SERVICE + "Upload", request_serializer=None, response_deserializer=bulk_pb2.UploadStatus.FromString
        )
        self._download: Any = channel.unary_stream(
            _SERVICE + "Download",
            request_serializer=bulk_pb2.DownloadRequest.SerializeToString,
            response_deserializer=None,
        )

    def data(self, outgoing: Iterator[bytes]) -> Any:
        """Open the data channel."""
        return self._data(outgoing, metadata=self._metadata)

    def logs(self, requests: Iterator[Any]) -> Any:
        """Open the logs channel."""
        return self._logs(requests, metadata=self._metadata)

    def upload(self, messages: Iterator[bytes]) -> int:
        """Send chunks; give how many bytes the driver has of the transfer."""
        return int(self._upload(messages, metadata=self._metadata).received_bytes)

    def received_bytes(self, transfer_id: int) -> int:
        """Give how many bytes the driver has of an upload."""
        request = bulk_pb2.UploadStatusRequest(transfer_id=transfer_id)
        return int(self._upload_status(request, metadata=self._metadata).received_bytes)

    def download(self, transfer_id: int, offset_bytes: int) -> Any:
        """Open a download from an offset on."""
        request = bulk_pb2.DownloadRequest(transfer_id=transfer_id, offset_bytes=offset_bytes)
        return self._download(request, metadata=self._metadata)
