"""The bulk lanes: on sockets, and over gRPC where no socket comes through."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, Protocol

import grpc

from ray_client.transport.calls import SessionCalls
from ray_client.transport.status import Context, error_from_failure, error_of, failure_of
from ray_client.transport.stream import StreamCutError
from ray_client_proto.lane_pool import LanePool
from ray_client_proto.lanes import LaneSocket
from ray_client_proto.packing import Rate, Sender
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

    def __init__(self, calls: SessionCalls, session_id: str, chunk_bytes: int) -> None:
        self._calls = calls
        self._session_id = session_id
        self._chunk_bytes = chunk_bytes

    def upload(self, transfer_id: int, parts: Sequence[memoryview], offset_bytes: int) -> int:
        with self._errors(_UPLOADING):
            return self._calls.upload(chunk.split(transfer_id, parts, self._chunk_bytes, offset_bytes))

    def received_bytes(self, transfer_id: int) -> int:
        with self._errors("asking for the state of an upload"):
            return self._calls.received_bytes(transfer_id)

    def download(self, assembly: chunk.Assembly) -> None:
        call = self._calls.download(assembly.transfer_id, assembly.received_bytes)
        try:
            with self._errors(_DOWNLOADING):
                for message in call:
                    assembly.add(chunk.decode(message))
        finally:
            call.cancel()

    @contextmanager
    def _errors(self, doing: str) -> Iterator[None]:
        try:
            yield
        except grpc.RpcError as exc:
            if failure_of(exc) is None:
                raise StreamCutError(f"{exc.code().name} while {doing}: {exc.details()}") from exc
            raise error_of(exc, doing, session_id=self._session_id) from exc


class SocketLanes:
    """Lanes on connections of their own; and others for as long as none comes through. Safe from any thread."""

    def __init__(
        self, pool: LanePool, otherwise: Lanes, session_id: str, message_bytes: int, packs: bool = False
    ) -> None:
        """`message_bytes` bounds what the driver takes; `packs` allows compression (B11)."""
        self._pool, self._otherwise = pool, otherwise
        self._up, self._down = (Rate() if packs else None for _ in range(2))
        self._session_id, self._chunk_bytes = session_id, lane.chunk_bytes(message_bytes)

    def upload(self, transfer_id: int, parts: Sequence[memoryview], offset_bytes: int) -> int:
        with self._lane(_UPLOADING) as connection:
            if connection is None:
                return self._otherwise.upload(transfer_id, parts, offset_bytes)
            # With a message before its end, the driver refuses the rest.
            sender = Sender(connection, transfer_id, self._up)
            sender.send(parts, self._chunk_bytes, offset_bytes, lambda: not connection.has_message())
            began_s = time.monotonic()
            received_bytes = self._answer(connection, (lane.STATUS,), _UPLOADING).offset_bytes
            if self._up is not None:
                self._up.waited(time.monotonic() - began_s)
            return received_bytes

    def received_bytes(self, transfer_id: int) -> int:
        with self._lane(_UPLOADING) as connection:
            if connection is None:
                return self._otherwise.received_bytes(transfer_id)
            connection.send_head(lane.Head(lane.STATUS, transfer_id))
            return self._answer(connection, (lane.STATUS,), _UPLOADING).offset_bytes

    def download(self, assembly: chunk.Assembly) -> None:
        with self._lane(_DOWNLOADING) as connection:
            if connection is None:
                self._otherwise.download(assembly)
                return
            rate = self._down
            kind, bytes_s = (lane.DOWNLOAD, 0) if rate is None else (lane.PACKED_DOWNLOAD, rate.bytes_s)
            connection.send_head(lane.Head(kind, assembly.transfer_id, assembly.received_bytes, bytes_s))
            while not assembly.is_complete:
                head = self._answer(connection, (lane.CHUNK, lane.PACKED), _DOWNLOADING)
                began_s = time.monotonic()
                end = connection.take_chunk(head, assembly)
                if head.kind == lane.CHUNK and rate is not None:
                    rate.passed(end - head.offset_bytes, time.monotonic() - began_s)

    def _answer(self, connection: LaneSocket, kinds: tuple[int, ...], doing: str) -> lane.Head:
        head = connection.receive_head()
        if head is None:
            raise OSError("the driver has ended the connection")
        if head.kind == lane.FAILURE:
            failure = Failure.FromString(connection.take_rest())
            raise error_from_failure(failure, Context(doing, session_id=self._session_id))
        if head.kind not in kinds:
            raise ProtocolError(f"B7: a message of kind {head.kind} cannot come here")
        return head

    @contextmanager
    def _lane(self, doing: str) -> Iterator[LaneSocket | None]:
        try:
            with self._pool.lane() as connection:
                yield connection
        except (OSError, ProtocolError) as exc:
            for rate in (self._up, self._down):
                if rate is not None:
                    rate.forget()  # the next try begins with bytes as they are: of these each counts
            raise StreamCutError(f"{type(exc).__name__} while {doing}: {exc}") from exc
