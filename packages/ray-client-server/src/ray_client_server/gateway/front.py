"""The public port: each connection is given away to a session's driver, or goes on to the gateway's own gRPC server.

Which of the two, its first bytes say (docs/protocol.md, rule S1). Of what is given away no further byte passes here.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import functools
import socket
from collections.abc import Collection
from typing import Final

from ray_client_proto.wire import requests, websocket
from ray_client_server.auth.tokens import TokenGuard
from ray_client_server.config import GatewaySettings, given_path
from ray_client_server.errors import ServerError, SessionEndedError, UnauthenticatedError, UnknownSessionError
from ray_client_server.gateway.listening import listen
from ray_client_server.gateway.places import Places
from ray_client_server.gateway.sessions import Session, SessionTable
from ray_client_server.gateway.splice import BUFFER_BYTES, Splice
from ray_client_server.observability.logs import EventLog
from ray_client_server.observability.peers import bind_as

log = EventLog("front")

_PIECE_BYTES: Final = 16 * 1024
_PAUSE_S: Final = 1.0  #: before the next try to accept, when there are no more files
_UNANSWERED_S: Final = 30.0  #: a client's network may stay away so long while something is on its way to it

#: What the log calls the kinds of connections.
_KINDS: Final = {
    websocket.DATA: "data",
    websocket.LANE: "lane",
    websocket.LOGS: "logs",
    websocket.CALL: "call",
    websocket.PORT: "port",
}


class _StaleProofError(UnauthenticatedError):
    """The proofs of a request were used before, or its sender counts time otherwise."""

    def __init__(self, session: Session, request: requests.Request) -> None:
        super().__init__("its proofs were used before, or are too old")
        self.session_age = requests.session_age(session.secret, request.moment, session.proofs.age_ms)


#: What of an HTTP status says the most, for those who read logs of a proxy; a client goes by the gateway's calls.
_STATUS: Final[dict[type[ServerError], tuple[int, str]]] = {
    UnauthenticatedError: (401, "Unauthorized"),
    _StaleProofError: (401, "Unauthorized"),
    UnknownSessionError: (404, "Not Found"),
    SessionEndedError: (410, "Gone"),
}


class Front:
    """Everything between the public port and the unix sockets behind it. The event loop owns it."""

    def __init__(
        self,
        settings: GatewaySettings,
        sessions: SessionTable,
        server_path: str,
        places: Places,
        guard: TokenGuard | None = None,
    ) -> None:
        """`server_path` is where the gateway's gRPC server listens; `guard` knows the token, where one is wanted."""
        self._settings, self._guard, self._places = settings, guard, places
        self._sessions = sessions
        self._server_path = server_path
        self._listeners: list[socket.socket] = []
        self._accepting: list[asyncio.Task[None]] = []
        self._greeting: set[asyncio.Task[None]] = set()
        self._splices: set[Splice] = set()
        self._buffer = memoryview(bytearray(BUFFER_BYTES))

    def start(self) -> int:
        """Begin to listen and give the port.

        Raises:
            OSError: the port is taken, or the host is none of this machine's.
        """
        self._listeners = listen(self._settings.host, self._settings.port)
        self._accepting = [asyncio.ensure_future(self._accept(listener)) for listener in self._listeners]
        return int(self._listeners[0].getsockname()[1])

    async def stop_listening(self) -> None:
        """Take no more connections; those there are stay."""
        await _end(self._accepting)
        for listener in self._listeners:  # not before: the event loop must have let go of them
            listener.close()

    async def close(self) -> None:
        """Cut every connection."""
        await self.stop_listening()
        await _end(self._greeting)
        for splice in tuple(self._splices):
            splice.close()

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(listener)
            except OSError as error:
                # Most often a client that went before its turn. Without files it would fail again at once.
                if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                    log.error("front.cannot_accept", error=error)
                    await asyncio.sleep(_PAUSE_S)
                continue
            try:
                peer = _peer(connection)
            except OSError:  # it is gone
                connection.close()
                continue
            if not self._places.take(peer, connection.fileno(), functools.partial(_cut, connection)):
                connection.close()
                continue
            task = asyncio.ensure_future(self._greet(connection, peer))
            self._greeting.add(task)
            task.add_done_callback(self._greeting.discard)

    async def _greet(self, near: socket.socket, peer: str) -> None:
        """Find out where a connection wants to go, and let it."""
        far: socket.socket | None = None
        try:
            _tune(near)
            first = await asyncio.wait_for(self._first_bytes(near), self._settings.limits.handshake_s)
            if first.startswith(websocket.METHOD):
                await self._give_away(near, peer, first)
            elif first:
                far = await _dial(self._server_path, peer)
                if not far.getsockname():  # calls on it have no name to be admitted by
                    self._places.admit(peer)
            if far is not None:
                splice = Splice(near, far, self._buffer, functools.partial(self._on_close, peer))
                self._splices.add(splice)
                splice.start(first)
                near, far = None, None  # type: ignore[assignment]
        except (OSError, asyncio.TimeoutError):
            pass  # gone, or silent for too long
        finally:
            if near is not None:  # a splice keeps its place
                self._places.leave(peer)
            for left in (near, far):
                if left is not None:
                    left.close()

    def _on_close(self, peer: str, splice: Splice) -> None:
        self._places.leave(peer)
        self._splices.discard(splice)
        self._sessions.disconnect(peer, splice.was_closed)

    async def _first_bytes(self, near: socket.socket) -> bytes:
        """Give what tells where to go: of a request its whole head, of everything else what came first."""
        loop = asyncio.get_running_loop()
        received = b""
        while piece := await loop.sock_recv(near, _PIECE_BYTES):
            received += piece
            is_request = received[: len(websocket.METHOD)] == websocket.METHOD[: len(received)]
            if not is_request or requests.head_size(received) or len(received) > self._settings.limits.metadata_bytes:
                return received
        return received

    async def _give_away(self, near: socket.socket, peer: str, received: bytes) -> None:
        """Give a connection to the driver that was asked for, which has it alone from then on; or refuse (rule S1)."""
        loop = asyncio.get_running_loop()
        size_bytes = requests.head_size(received)
        try:
            request, accepted = websocket.read_request(received[:size_bytes])
            kind = websocket.kind_of(received[:size_bytes])
            session = self._session_of(request)
            self._places.admit(peer)
            far = await _dial(given_path(session.socket_path, self._settings.tls), peer)
        except (ValueError, ServerError, OSError) as error:
            await self._refuse(near, peer, error)
            return
        with far:
            await loop.sock_sendall(near, accepted)
            # What kind it is comes with the file. The copy here is closed by whoever called.
            socket.send_fds(far, [kind + received[size_bytes:]], [near.fileno()])
        session.is_used = True
        log.info("socket.given", session=session.session_id, peer=peer, kind=_KINDS[kind])

    async def _refuse(self, near: socket.socket, peer: str, error: Exception) -> None:
        """Answer a request that leads to no driver."""
        more = [error.session_age] if isinstance(error, _StaleProofError) else []
        if isinstance(error, ServerError):
            status, because = _STATUS[type(error)], error.message
        elif isinstance(error, OSError):
            # It is starting, or ending: the gateway's own calls tell which.
            status, because = (503, "Service Unavailable"), str(error)
        else:
            status, because = (400, "Bad Request"), "not a request for a session"
        log.info("request.refused", peer=peer, because=because)
        await asyncio.get_running_loop().sock_sendall(near, requests.refusal(*status, *more))

    def _session_of(self, request: requests.Request) -> Session:
        """Give the session that may be reached with this request (rules S1 and S10).

        Raises:
            UnknownSessionError: there is no session with this id and secret.
            SessionEndedError: it has ended.
            UnauthenticatedError: its sender has not the gateway's token, or the request was made before.
        """
        session = self._sessions.find_by(request.session_id, request.has_secret)
        token = None if self._guard is None else self._guard.token
        if self._guard is not None and (token is None or not request.has_token(session.secret, token)):
            raise UnauthenticatedError("it needs the gateway's token")
        if not session.proofs.is_first_use(request):
            raise _StaleProofError(session, request)
        return session


async def _end(tasks: Collection[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tuple(tasks))


def _cut(near: socket.socket) -> None:
    """End a connection, which whoever reads from it finds out; not from here, since it is theirs to close."""
    with contextlib.suppress(OSError):
        near.shutdown(socket.SHUT_RDWR)


def _tune(near: socket.socket) -> None:
    near.setblocking(False)
    near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # without it a client that vanished would be noticed after many minutes
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(_UNANSWERED_S * 1000))


async def _dial(path: str, peer: str) -> socket.socket:
    """Connect to a unix socket, under the name of the peer."""
    far = socket.socket(socket.AF_UNIX)
    try:
        far.setblocking(False)
        # As much as the system allows: a client sends large values faster than Python's gRPC takes them in.
        far.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
        bind_as(far, peer)
        await asyncio.get_running_loop().sock_connect(far, path)
    except BaseException:
        far.close()
        raise
    return far


def _peer(near: socket.socket) -> str:
    """Name the other end as gRPC does."""
    host, port = near.getpeername()[:2]
    return f"ipv6:[{host}]:{port}" if near.family == socket.AF_INET6 else f"ipv4:{host}:{port}"
