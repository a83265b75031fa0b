"""The way that a session's calls take: straight to its driver where that can be reached, else by the gateway."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any, Final

import grpc

from ray_client.transport.channel import Metadata
from ray_client_proto.v1 import bulk_pb2
from ray_client_proto.v1.session_pb2_grpc import SessionStub

_SERVICE: Final = "/ray_client.v1.Session/"
_REACH_S: Final = 0.2


class SessionCalls:
    """The calls of one session on one channel. Frames and chunks are bytes: protobuf would copy each twice more."""

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


class Route:
    """Which of its sets of calls a session uses. Safe from any thread.

    The first of the ways is the best one. The last is that of the gateway's own calls, which tells what has become of
    the session.
    """

    def __init__(self, *ways: SessionCalls) -> None:
        self._ways = ways
        self.calls = ways[0]
        self._failures = 0  # of single calls, in a row

    def broke(self, calls: SessionCalls, had_worked: bool) -> None:
        """Choose the way for the next try: the best one after a cut, the next one where nothing came through.

        Of several calls that broke on the same way, the first one has it changed.
        """
        if self.calls is not calls:
            return
        number = 0 if had_worked else self._ways.index(self.calls) + 1
        self.calls = self._ways[number % len(self._ways)]

    def failed(self, calls: SessionCalls) -> None:
        """Take note that a single call got nothing through: the second one in a row has the way changed.

        One alone may have been cut with everything else.
        """
        self._failures += 1
        if self._failures > 1:
            self._failures = 0
            self.broke(calls, False)

    def worked(self) -> None:
        """Take note that a single call got something through."""
        self._failures = 0


def is_reachable(target: str) -> bool:
    """Tell whether somebody listens on a unix socket of this machine that this user may use."""
    scheme, _, path = target.partition(":")
    if scheme != "unix" or not hasattr(socket, "AF_UNIX"):
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(_REACH_S)
        try:
            probe.connect(path)
        except OSError:
            return False
    return True
