"""The bulk lanes: on sockets, and over gRPC where no socket comes through."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final, Protocol

import grpc

from ray_client.transport.route import Route, SessionCalls
from ray_client.transport.status import Context, error_from_failure, error_of, failure_of
from ray_client.transport.stream import StreamCutError
from ray_client_proto.lanes import LaneSocket
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.wire import chunk, lane
from ray_client_proto.wire.errors import ProtocolError

_UPLOADING: Final = "uploading a large value"
_DOWNLOADING: Final = "downloading a large value"
_IDLE: Final = 2  #: lanes kept for the next transfers
_IDLE_S: Final = 8.0  #: the driver cuts those that give it no sign of life for longer (S5)
_GRPC_S: Final = 30.0  #: where no socket comes through, gRPC is used for so long


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
    """Lanes on connections of their own, a few of which are kept for the next transfer. Safe from any thread.

    In a forked child they are its parent's: nothing here is used there, since the session refuses.
    """

    def __init__(
        self, connect: Callable[[], LaneSocket], otherwise: Lanes, session_id: str, message_bytes: int
    ) -> None:
        """`otherwise` is taken where `connect` fails; `message_bytes` bounds what the driver takes."""
        self._connect, self._otherwise = connect, otherwise
        self._session_id, self._chunk_bytes = session_id, lane.chunk_bytes(message_bytes)
        self._pid = os.getpid()
        self._lock = threading.Lock()  # of all below
        self._idle: list[tuple[float, LaneSocket]] = []
        self._open: set[LaneSocket] = set()
        self._is_closed = False
        self._failures = 0  # in a row, of connections that were there and got nothing through
        self._grpc_until_s = 0.0

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

    def close(self) -> None:
        """Cut all lanes; may be repeated."""
        if os.getpid() != self._pid:
            return
        with self._lock:
            self._is_closed = True
            connections, idle = list(self._open), self._idle
            self._idle = []
        for connection in connections:
            connection.close()  # whoever has it releases it
        for _, connection in idle:
            self._end(connection)

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
        """Give a connection for one transfer, or None where there can be none. After a failure it is not used again."""
        connection = self._take()
        if connection is None:
            yield None
            return
        is_whole = False
        try:
            yield connection
            is_whole = True
            self._failures = 0
        except (OSError, ProtocolError) as exc:
            self._note(connection.has_received)
            raise StreamCutError(f"{type(exc).__name__} while {doing}: {exc}") from exc
        finally:
            self._put_back(connection, is_whole)

    def _take(self) -> LaneSocket | None:
        while True:
            with self._lock:
                if not self._idle:
                    break
                since_s, connection = self._idle.pop()
            if time.monotonic() - since_s < _IDLE_S and _is_alive(connection):
                with self._lock:
                    self._open.add(connection)
                return connection
            self._end(connection)
        if time.monotonic() < self._grpc_until_s:
            return None
        try:
            connection = self._connect()
        except (OSError, ValueError):
            self._grpc_until_s = time.monotonic() + _GRPC_S
            return None
        with self._lock:
            self._open.add(connection)
            if self._is_closed:
                connection.close()
        return connection

    def _put_back(self, connection: LaneSocket, is_whole: bool) -> None:
        with self._lock:
            self._open.discard(connection)
            is_kept = is_whole and not self._is_closed and len(self._idle) < _IDLE
            if is_kept:
                self._idle.append((time.monotonic(), connection))
        if not is_kept:
            self._end(connection)

    def _note(self, has_worked: bool) -> None:
        """Take note of how a connection ended: after two in a row that got nothing through gRPC has its turn."""
        with self._lock:
            self._failures = 0 if has_worked else self._failures + 1
            if self._failures > 1:
                self._failures = 0
                self._grpc_until_s = time.monotonic() + _GRPC_S

    @staticmethod
    def _end(connection: LaneSocket) -> None:
        connection.close()
        connection.release()


def _is_alive(connection: LaneSocket) -> bool:
    """Tell whether the peer of an idle connection is there, and has nothing to say."""
    with suppress(OSError, ProtocolError):
        return not connection.has_message()
    return False
