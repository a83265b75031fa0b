"""The gateway's own connections to drivers, with the messages of rules S1 to S4, in asyncio.

They are those of clients on the same machine (rule H5): nothing is buffered beyond a message, so whoever reads slowly
slows down the other end.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import socket
from typing import Final

from ray_client_proto.sockets import QUIET_S, ClosedError
from ray_client_proto.wire import requests, websocket
from ray_client_proto.wire.errors import ProtocolError
from ray_client_server.gateway.sessions import Session

SIGN_S: Final = QUIET_S / 2  #: how often a driver gets a sign of life
_PIECE_BYTES: Final = 256 * 1024
_SMALL_BYTES: Final = 16 * 1024  #: messages up to this are sent with one call of the system
_BUFFER_BYTES: Final = 1024 * 1024
_SIGN: Final = websocket.header(websocket.PONG, 0, is_client=True)


class DriverSocket:
    """One connection. One task receives and one sends; the event loop owns it."""

    def __init__(self, limit_bytes: int) -> None:
        """Connect nothing yet; `limit_bytes` bounds a message that comes."""
        self._loop = asyncio.get_running_loop()
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
        self._piece = memoryview(bytearray(_PIECE_BYTES))  # what comes in is copied out of it at once
        self._decoder = websocket.Decoder(limit_bytes)
        self._whole = self._decoder.feed(b"")
        self._limit_bytes = limit_bytes
        self._begun = bytearray()  # what was read, for `receive_some`
        self._due_bytes = 0  # of the message that it is in
        self._is_sending, self._is_finished = False, True  # there is nobody to tell before it is open

    async def open(self, session: Session, kind: bytes) -> None:
        """Connect to a session's driver; whatever comes of it, this has to be closed in the end.

        Raises:
            OSError: it cannot be reached, or refused.
        """
        loop, key = self._loop, base64.b64encode(os.urandom(16)).decode()
        await loop.sock_connect(self._socket, session.socket_path)
        headers = requests.headers(session.session_id, session.secret, None)
        await loop.sock_sendall(self._socket, websocket.request("driver", key, headers, kind))
        answer = b""
        while not (size_bytes := requests.head_size(answer)):
            piece = await loop.sock_recv(self._socket, _SMALL_BYTES)
            answer += piece
            if not piece or len(answer) > _SMALL_BYTES:
                raise ConnectionRefusedError("the driver did not answer a request")
        if not websocket.is_accepted(answer[:size_bytes], key):
            raise ConnectionRefusedError(f"the driver refused a request: {answer[:80]!r}")
        self._whole = self._decoder.feed(answer[size_bytes:])
        self._begun += answer[size_bytes:]
        self._is_finished = False

    async def send(self, *parts: bytes | memoryview) -> None:
        """Send a message, and wait until the system has taken it.

        Raises:
            OSError: the connection is gone.
        """
        start = websocket.header(websocket.BINARY, sum(map(len, parts)), is_client=True)
        await self._send(start, *parts)

    async def finish(self, code: int = websocket.NORMAL) -> None:
        """Tell the driver that nothing more comes; what it still says can be received.

        Raises:
            OSError: the connection is gone.
        """
        self._is_finished = True
        await self._send(_closing(code))

    async def _send(self, *parts: bytes | memoryview) -> None:
        if sum(map(len, parts)) <= _SMALL_BYTES:
            parts = (b"".join(parts),)
        self._is_sending = True  # until all of it is gone: whoever is cancelled before closes the connection
        for part in parts:
            await self._loop.sock_sendall(self._socket, part)
        self._is_sending = False

    async def receive(self) -> bytes | None:
        """Wait for the next message, and give it; None when the driver has ended in good order.

        Raises:
            ClosedError: the driver has ended it otherwise.
            OSError: the connection is gone.
            ProtocolError: what came is no message, or too large.
        """
        while True:
            for opcode, payload in self._whole:
                if opcode == websocket.BINARY:
                    return payload
                if opcode == websocket.CLOSE and _is_end(payload):
                    return None
                # Pings want no answer: `give_sign` comes by itself, also while nobody receives.
            self._whole = self._decoder.feed(await self._read())

    async def receive_some(self) -> tuple[bytes, int] | None:
        """Wait for a piece of a message; give it, and how many bytes of the message are still to come.

        So nobody has to hold a large message while its reader is slow. It is for connections from which nothing is
        received in the other way.

        Raises:
            ClosedError: the driver has ended it otherwise than in good order.
            OSError: the connection is gone.
            ProtocolError: what came is no message, or too large.
        """
        while not self._due_bytes:
            start = websocket.read_start(self._begun, self._limit_bytes)
            if start is None or (not start.is_data and len(self._begun) < start.end + start.size_bytes):
                self._begun += await self._read()
                continue
            if start.is_data:
                if start.opcode != websocket.BINARY or not start.is_final or start.mask:
                    raise ProtocolError(f"S3: a frame with opcode {start.opcode} cannot come here")
                del self._begun[: start.end]
                self._due_bytes = start.size_bytes
                if not start.size_bytes:
                    return b"", 0
            else:
                payload = bytes(self._begun[start.end : start.end + start.size_bytes])
                del self._begun[: start.end + start.size_bytes]
                if start.opcode == websocket.CLOSE and _is_end(payload):
                    return None
        if not self._begun:
            self._begun += await self._read()
        piece = bytes(self._begun[: self._due_bytes])
        del self._begun[: self._due_bytes]
        self._due_bytes -= len(piece)
        return piece, self._due_bytes

    async def _read(self) -> memoryview:
        size_bytes = await self._loop.sock_recv_into(self._socket, self._piece)
        if not size_bytes:
            raise ConnectionResetError("the driver has closed the connection")
        return self._piece[:size_bytes]

    def give_sign(self) -> None:
        """Give the driver a sign of life, without waiting; what is being sent is one as well."""
        self._say(_SIGN)

    def close(self) -> None:
        """Cut the connection. A driver that was not told before learns that its client may come back."""
        if not self._is_finished:
            self._say(_closing(websocket.GOING_AWAY))
        # Here, or what waits for it would do so later, when its number may be that of another one.
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._socket.close()

    def _say(self, frame: bytes) -> None:
        if self._is_sending or self._socket.fileno() < 0:
            return
        with contextlib.suppress(OSError):  # full, or gone, which shows where it is received from
            if self._socket.send(frame) < len(frame):
                self._socket.shutdown(socket.SHUT_RDWR)  # the rest of it would have to come next


def _is_end(payload: bytes) -> bool:
    """Tell whether a closing frame is the end in good order.

    Raises:
        ClosedError: it is another one.
    """
    if payload[:2] in (b"", websocket.closing(websocket.NORMAL)):
        return True
    raise ClosedError(int.from_bytes(payload[:2], "big"), payload[2:].decode("utf-8", "replace"))


def _closing(code: int) -> bytes:
    payload = websocket.closing(code)
    return websocket.header(websocket.CLOSE, len(payload), is_client=True) + payload
