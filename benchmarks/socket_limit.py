"""The limit: a bare TCP socket between two processes, with nothing on it that a product needs.

    python socket_limit.py      serves, and prints its port; `side.py socket HOST:PORT` is the measuring end

A connection begins with what it is for: one letter and a size. What is received goes into fresh memory, since a
value has to be somewhere when it has come; memory as cheap as Linux gives it, since this is the limit.
"""

from __future__ import annotations

import mmap
import socket
import statistics
import struct
import threading
import time
from typing import Any

from sizes import MEGABYTE, Sizes

MESSAGE_BYTES = 100
ECHO_S = 1.0
REQUEST = struct.Struct("!cQ")


def serve() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_answer, args=[connection], daemon=True).start()


def _answer(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection:
        kind, size = REQUEST.unpack(_receive(connection, REQUEST.size))
        if kind == b"e":
            while message := connection.recv(MESSAGE_BYTES):
                connection.sendall(message)
        elif kind == b"u":
            _receive(connection, size)
            connection.sendall(b"!")
        else:
            value = bytes(size)
            connection.recv(1)  # what makes the value is not measured
            connection.sendall(value)


def _fresh_memory(size: int) -> memoryview:
    """Give memory that is written to for the first time when something is received; `bytearray` writes zeros before."""
    block = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    block.madvise(mmap.MADV_HUGEPAGE)
    return memoryview(block)


def _receive(connection: socket.socket, size: int) -> memoryview:
    buffer = _fresh_memory(size)
    rest = buffer
    while rest:
        count = connection.recv_into(rest)
        if not count:
            raise ConnectionError("the other end closed")
        rest = rest[count:]
    return buffer


class Socket:
    """The measuring end, as a side: seconds per message, and per megabyte."""

    def __init__(self, address: str, sizes: Sizes) -> None:
        host, _, port = address.rpartition(":")
        self._address = host, int(port)
        self._sizes = sizes

    def run(self, request: dict[str, Any]) -> float:
        if request["do"] != "case":
            return 0.0  # there is nothing to open
        return getattr(self, request["name"])()

    def _connect(self, kind: bytes, size: int) -> socket.socket:
        connection = socket.create_connection(self._address)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(REQUEST.pack(kind, size))
        return connection

    def echo(self) -> float:
        """A message there and back, again and again; less often where it is far."""
        message, times = bytes(MESSAGE_BYTES), []
        with self._connect(b"e", 0) as connection:
            until = time.perf_counter() + ECHO_S
            while len(times) < self._sizes.small * 10 and time.perf_counter() < until:
                started = time.perf_counter()
                connection.sendall(message)
                connection.recv(MESSAGE_BYTES)
                times.append(time.perf_counter() - started)
        return statistics.median(times)

    def put_big(self) -> float:
        """Ends when the other end says that it has everything."""
        value = bytes(self._sizes.big_bytes)
        with self._connect(b"u", len(value)) as connection:
            started = time.perf_counter()
            connection.sendall(value)
            connection.recv(1)
            return (time.perf_counter() - started) / (len(value) / MEGABYTE)

    def get_big(self) -> float:
        """Begins with asking for it."""
        with self._connect(b"d", self._sizes.big_bytes) as connection:
            time.sleep(0.2)  # until the other end has its value
            started = time.perf_counter()
            connection.sendall(b"!")
            _receive(connection, self._sizes.big_bytes)
            return (time.perf_counter() - started) / (self._sizes.big_bytes / MEGABYTE)


if __name__ == "__main__":
    serve()
