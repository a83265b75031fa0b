"""What comes on lane connections and logs connections (docs/protocol.md, rules B7 to B10 and L5)."""

from __future__ import annotations

from ray_client_proto.lanes import LaneSocket
from ray_client_proto.packing import Rate, Sender
from ray_client_proto.sockets import MessageSocket
from ray_client_proto.threads import Thread
from ray_client_proto.v1.log_pb2 import LogRequest
from ray_client_proto.wire import lane
from ray_client_proto.wire.errors import ProtocolError
from ray_client_server.driver.errors import OperationError
from ray_client_server.driver.logs import Logs, Reader
from ray_client_server.driver.transfers import Downloads, Uploads, violations


class LaneService:
    """Serves lanes. Each has a thread of its own, which calls `serve`."""

    def __init__(self, uploads: Uploads, downloads: Downloads, message_bytes: int) -> None:
        """`message_bytes` bounds a message."""
        self._uploads, self._downloads = uploads, downloads
        self._chunk_bytes = lane.chunk_bytes(message_bytes)

    def serve(self, connection: LaneSocket) -> None:
        """Do what the client asks for until it ends the connection.

        Raises:
            OSError: the connection is gone.
        """
        try:
            with violations():
                while (head := connection.receive_head()) is not None:
                    self._answer(connection, head)
        except OperationError as error:
            connection.send_head(lane.Head(lane.FAILURE), [memoryview(error.failure.SerializeToString())])
            connection.finish()
            connection.drain()

    def _answer(self, connection: LaneSocket, head: lane.Head) -> None:
        if head.kind in (lane.CHUNK, lane.PACKED):
            assembly = self._uploads.assembly(head.transfer_id, head.total_bytes)
            if connection.take_chunk(head, assembly) == assembly.total_bytes:
                self._say_status(connection, head.transfer_id)
        elif head.kind == lane.STATUS:
            self._say_status(connection, head.transfer_id)
        elif head.kind in (lane.DOWNLOAD, lane.PACKED_DOWNLOAD):
            self._send(connection, head)
        else:
            raise ProtocolError(f"B7: a client sends no message of kind {head.kind}")

    def _say_status(self, connection: LaneSocket, transfer_id: int) -> None:
        connection.send_head(lane.Head(lane.STATUS, transfer_id, self._uploads.received_bytes(transfer_id)))

    def _send(self, connection: LaneSocket, head: lane.Head) -> None:
        views = self._downloads.views(head.transfer_id, head.offset_bytes)
        rate = Rate(head.total_bytes) if head.kind == lane.PACKED_DOWNLOAD else None
        Sender(connection, head.transfer_id, rate).send(views, self._chunk_bytes, head.offset_bytes)


class LogService:
    """Serves logs connections. Each has a thread of its own, which calls `serve`."""

    def __init__(self, logs: Logs) -> None:
        self._logs = logs

    def serve(self, connection: MessageSocket) -> None:
        """Give the client what it asks for until it ends the connection.

        Raises:
            OSError: the connection is gone.
            DecodeError: what came is no request.
        """
        with self._logs.reader() as reader:
            Thread("logs-writer", _write, connection, reader).start()
            try:
                while (message := connection.receive()) is not None:
                    reader.want(LogRequest.FromString(message))
            finally:
                reader.close()
        connection.finish()


def _write(connection: MessageSocket, reader: Reader) -> None:
    try:
        for batch in reader.batches():
            connection.send(batch.SerializeToString())
    except OSError:
        connection.close()  # which the thread that receives sees
