"""An HTTP proxy that gives connections to who asks with `CONNECT`, as those of company networks do."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading

from ray_client_proto.asking import receive_head


class ConnectProxy:
    """Listens on a free port, until the block ends. Keeps whom it was asked for."""

    def __init__(self, login: str = "") -> None:
        self._login = f"Basic {base64.b64encode(login.encode()).decode()}" if login else ""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.targets: list[str] = []
        self._open: list[socket.socket] = []

    def __enter__(self) -> ConnectProxy:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                near, _ = self._listener.accept()
                self._open.append(near)
                threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            head, _ = receive_head(near)
            request, *headers = head.decode().split("\r\n")
            target = request.split()[1]
            if self._login and f"proxy-authorization: {self._login}".lower() not in map(str.lower, headers):
                near.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                near.close()
                return
            self.targets.append(target)
            host, _, port = target.rpartition(":")
            far = socket.create_connection((host, int(port)))
            self._open.append(far)
            near.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            threading.Thread(target=_carry, args=(far, near), daemon=True).start()
            _carry(near, far)


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
