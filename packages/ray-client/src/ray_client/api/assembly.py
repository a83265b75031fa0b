"""A session put together from its parts. Importing this loads them, which takes a while: see `opening`."""

from __future__ import annotations

import base64
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial

import grpc

from ray_client.api.counterparts import counterparts
from ray_client.api.serializers import tell_serializers
from ray_client.config import env
from ray_client.config.settings import ConnectSettings, TlsSettings
from ray_client.handles.tokens import token_makers, token_readers
from ray_client.logs import LogReader, show_as
from ray_client.pickling import pickler
from ray_client.pickling.pickler import TokenTable
from ray_client.repeats import Repeats
from ray_client.session.session import Session
from ray_client.transport.calls import SessionCalls
from ray_client.transport.channel import HEADROOM_BYTES, call_metadata
from ray_client.transport.lanes import GrpcLanes, Lanes, SocketLanes
from ray_client.transport.sockets import DataWays, Door, LogWays, has_green_sockets
from ray_client.transport.stream import GrpcLogStream, GrpcStream, LogStream, Stream
from ray_client_proto.code.carrier import Carrier, foreign_minor
from ray_client_proto.lane_pool import LanePool
from ray_client_proto.lanes import LaneSocket
from ray_client_proto.library import show
from ray_client_proto.ports import PortSocket
from ray_client_proto.v1 import gateway_pb2
from ray_client_proto.wire import packed, requests, unopened, websocket


class Connection:
    """An open session with the channel that it lives on. Closing may be repeated."""

    def __init__(self, settings: ConnectSettings, session: Session, logs: LogReader, cleanup: ExitStack) -> None:
        self.settings = settings
        self.session = session
        self.logs = logs
        self._cleanup = cleanup

    def on_close(self, callback: Callable[[], object]) -> None:
        """Have `callback` called once the session has been closed."""
        self._cleanup.callback(callback)

    def close(self, linger_s: float = 0.0) -> None:
        """End the session on the cluster after everything sent before, and the channel.

        Args:
            linger_s: wait this long first, for output of workers that is still on its way.
        """
        if linger_s and self.settings.log_to_driver and self.session.is_open:
            self.session.ended.wait(linger_s)
        self.session.close()
        self.logs.close()
        self._cleanup.close()


def assemble(
    settings: ConnectSettings,
    channel: grpc.Channel,
    opened: gateway_pb2.SessionOpened,
    cleanup: ExitStack,
    shipped: Mapping[str, str],
) -> Connection:
    """Attach to an open session; give the connection, which owns `cleanup` from then on.

    Args:
        settings: what it was opened with.
        channel: to the gateway.
        opened: what the gateway said.
        cleanup: what to do at the end.
        shipped: name of each module that the cluster was sent, with its file here.

    Raises:
        SessionLostError: the session cannot be attached to.
        ConnectError: a variable of the environment makes no sense.
    """
    repeats = Repeats(env.log_merging(), time.monotonic)
    metadata = call_metadata(settings.token, opened.session_id, opened.secret)
    calls = SessionCalls(channel, metadata)
    lanes: Lanes = GrpcLanes(calls, opened.session_id, opened.limits.chunk_bytes)
    open_logs: Callable[[], LogStream] = partial(GrpcLogStream, calls, opened.session_id)

    open_port: Callable[[], PortSocket] | None = None

    def open_stream(freed: Callable[[], None]) -> Stream:
        return GrpcStream(calls, freed, opened.session_id)

    if websocket.CAPABILITY in opened.capabilities and not has_green_sockets():
        asker = requests.Asker(opened.session_id, opened.secret, settings.token)
        message_bytes = opened.limits.message_bytes
        tls = settings.tls or (TlsSettings() if settings.address.is_tls else None)
        secret = opened.secret if websocket.TLS_CAPABILITY in opened.capabilities else None
        is_direct = settings.is_direct and hasattr(socket, "AF_UNIX")
        local_path = opened.direct_target.removeprefix("unix:") if is_direct else ""
        door = Door(settings.address, asker, message_bytes + HEADROOM_BYTES, tls, secret, local_path)
        open_port = partial(door.open, websocket.PORT, PortSocket)
        open_stream = DataWays(calls, opened.session_id, door).open
        if websocket.LANES in opened.capabilities:
            pool = LanePool(partial(door.open, websocket.LANE, LaneSocket))
            cleanup.callback(pool.close)
            lanes = SocketLanes(
                *(pool, lanes, opened.session_id, message_bytes), packs=packed.CAPABILITY in opened.capabilities
            )
            open_logs = LogWays(calls, opened.session_id, door).open
    session = Session(opened, open_stream, lanes)
    session.open_port = open_port
    session.cancels_on_interrupt = settings.on_interrupt == "cancel"
    session.show_output = show
    session.start(
        TokenTable(
            *(token_makers(session), counterparts, _carrier(opened.server.python_version), shipped),
            leaves_closed=session.peer.can(unopened.CAPABILITY),
        ),
        partial(token_readers, session),
        settings.connect_timeout_s,
    )
    tell_serializers(session)
    logs = LogReader(open_logs, repeats=repeats)
    logs.configure(settings.log_to_driver, level=settings.logging_level)
    show_as(settings.logging_format)
    if session.peer.can("logs"):
        logs.start()
    return Connection(settings, session, logs, cleanup.pop_all())


def pickle_hook(hook: Callable[[], object], server_python: str, shipped: Mapping[str, str]) -> dict[str, list[str]]:
    """Give a `worker_process_setup_hook` as plain data, for the driver.

    Raises:
        PicklingError: it cannot be pickled; it may hold no handle.
    """
    table = TokenTable({}, counterparts, _carrier(server_python), shipped)
    return {"parts": [base64.b64encode(part).decode() for part in pickler.dump(hook, table).parts()]}


def _carrier(python_version: str) -> Carrier | None:
    """Give what sends code to the cluster's Python as source, if byte code of this one does not run there."""
    other = foreign_minor(python_version)
    return None if other is None else Carrier(other)
