"""The bulk lanes: on sockets, and over gRPC where no socket comes through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, Protocol

import grpc

from ray_client.transport.route import Route, SessionCalls
from ray_client.transport.status import Context, error_from_failure, error_of, failure_of
from ray_client.transport.stream import StreamCutError
from ray_client_proto.lane_pool import LanePool
from ray_client_proto.lanes import LaneSocket
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.wire import chunk, lane
from ray_client_proto.wire.errors import ProtocolError

_UPLOADING: Final = "uploading a large value"
_DOWNLOADING: Final = "downloading a large value"


class Lanes(Protocol):
    """One attempt at a transfer. `StreamCutError` means that it may be resumed."""

    def upload(self, transfer_id: int, parts: Sequence[memoryview], offset_bytes: int) -> int:
        """Send the bytes of `parts` from an offset on; give how many the driver has of the transfer."""

    def received_bytes(self, transfer_id: int) -> int:
        """Give how many bytes the driver has of an upload."""

    def download(self, assembly: chunk.Assembly) -> None:
        """Receive what is missing of a download."""


class GrpcLanes:
    """The lanes of one session."""

    def __init__(self, route: Route, session_id: str, chunk_bytes: int) -> None:
        self._route = route
        self._session_id = session_id
        self._chunk_bytes = chunk_bytes

    def upload(self, transfer_id: int, parts: Sequence[memoryview], offset_bytes: int) -> int:
        with self._errors(_UPLOADING):
            return self._route.calls.upload(chunk.split(transfer_id, parts, self._chunk_bytes, offset_bytes))

    def received_bytes(self, transfer_id: int) -> int:
        calls = self._route.calls
        with self._errors("asking for the state of an upload", calls):
            received_bytes = calls.received_bytes(transfer_id)
        self._route.worked()
        return received_bytes

    def download(self, assembly: chunk.Assembly) -> None:
        calls = self._route.calls
        call = calls.download(assembly.transfer_id, assembly.received_bytes)
        try:
            with self._errors(_DOWNLOADING, calls):
                for message in call:
                    self._route.worked()
                    assembly.add(chunk.decode(message))
        finally:
            call.cancel()

    @contextmanager
    def _errors(self, doing: str, calls: SessionCalls | None = None) -> Iterator[None]:
        try:
            yield
        except grpc.RpcError as exc:
            if failure_of(exc) is None:
                if calls is not None:
                    self._route.failed(calls)
                raise StreamCutError(f"{exc.code().name} while {doing}: {exc.details()}") from exc
            raise error_of(exc, doing, session_id=self._session_id) from exc


class SocketLanes:
    """Lanes on connections of their own; and others for as long as none comes through. Safe from any thread."""

    def __init__(self, pool: LanePool, otherwise: Lanes, session_id: str, message_bytes: int) -> None:
        """`message_bytes` bounds what the driver takes."""
        self._pool, self._otherwise = pool, otherwise
        self._session_id, self._chunk_bytes = session_id, lane.chunk_bytes(message_bytes)

    def upload(self, transfer_id: int, parts: Sequence[memoryview], offset_bytes: int) -> int:
        with self._lane(_UPLOADING) as connection:
            if connection is None:
                return self._otherwise.upload(transfer_id, parts, offset_bytes)
            for offset, total, views in chunk.pieces(parts, self._chunk_bytes, offset_bytes):
                if connection.has_message():
                    break  # the driver refuses the rest
                connection.send_head(lane.Head(lane.CHUNK, transfer_id, offset, total), views)
            return self._answer(connection, lane.STATUS, _UPLOADING).offset_bytes

    def received_bytes(self, transfer_id: int) -> int:
        with self._lane(_UPLOADING) as connection:
            if connection is None:
                return self._otherwise.received_bytes(transfer_id)
            connection.send_head(lane.Head(lane.STATUS, transfer_id))
            return self._answer(connection, lane.STATUS, _UPLOADING).offset_bytes

    def download(self, assembly: chunk.Assembly) -> None:
        with self._lane(_DOWNLOADING) as connection:
            if connection is None:
                self._otherwise.download(assembly)
                return
            connection.send_head(lane.Head(lane.DOWNLOAD, assembly.transfer_id, assembly.received_bytes))
            while not assembly.is_complete:
                head = self._answer(connection, lane.CHUNK, _DOWNLOADING)
                connection.take_chunk(head, assembly)

    def _answer(self, connection: LaneSocket, kind: int, doing: str) -> lane.Head:
        head = connection.receive_head()
        if head is None:
            raise OSError("the driver has ended the connection")
        if head.kind == lane.FAILURE:
            failure = Failure.FromString(connection.take_rest())
            raise error_from_failure(failure, Context(doing, session_id=self._session_id))
        if head.kind != kind:
            raise ProtocolError(f"B7: a message of kind {head.kind} cannot come here")
        return head

    @contextmanager
    def _lane(self, doing: str) -> Iterator[LaneSocket | None]:
        try:
            with self._pool.lane() as connection:
                yield connection
        except (OSError, ProtocolError) as exc:
            raise StreamCutError(f"{type(exc).__name__} while {doing}: {exc}") from exc
