"""Requests to the driver itself (docs/protocol.md, rule H5)."""

from __future__ import annotations

import queue
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ray_client_proto.asking import ask
from ray_client_proto.wire import requests, websocket
from ray_client_server.driver import local
from ray_client_server.driver.local import LocalDoor


class Rig:
    def __init__(self, path: str) -> None:
        self.path = path
        self.begun: queue.SimpleQueue[tuple[socket.socket, bytes, bytes]] = queue.SimpleQueue()
        self.door = LocalDoor(path, "an-id", b"secret", lambda *given: self.begun.put(given), within_s=0.3)

    def dial(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(10)
        connection.connect(self.path)
        return connection


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(str(tmp_path / "d"))
    yield rig
    rig.door.close()


def headers(session_id: str = "an-id", secret: bytes = b"secret") -> list[tuple[str, str]]:
    return requests.headers(session_id, secret, None)


@pytest.mark.parametrize("kind", [websocket.DATA, websocket.LANE, websocket.LOGS, websocket.CALL, websocket.PORT])
def test_who_has_the_secret_comes_in(rig: Rig, kind: bytes) -> None:
    with rig.dial() as connection:
        assert ask(connection, "driver", requests.Asker("an-id", b"secret", None), kind, "") == b""
        connection.sendall(b"hello")
        near, given, first = rig.begun.get(timeout=10)
        assert (given, first, near.recv(100)) == (kind, b"", b"hello")
        near.close()


def test_what_came_with_the_request_is_not_lost(rig: Rig) -> None:
    with rig.dial() as connection:
        connection.sendall(websocket.request("driver", "a2V5", headers()) + b"early")
        near, _, first = rig.begun.get(timeout=10)
        assert first == b"early"
        near.close()


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (websocket.request("driver", "a2V5", headers(secret=b"another")), b"404"),
        (websocket.request("driver", "a2V5", headers(session_id="another")), b"404"),
        (websocket.request("driver", "a2V5", []), b"404"),
        (b"GET /other HTTP/1.1\r\n\r\n", b"400"),
        (b"PRI * HTTP/2.0\r\n\r\n", b"400"),  # a client of an old release, which would speak gRPC
        (b"x" * 20_000, b""),
        (b"GET /session HTTP/1.1\r\n", b""),  # and nothing more
    ],
)
def test_others_do_not(rig: Rig, head: bytes, status: bytes) -> None:
    with rig.dial() as connection:
        connection.sendall(head)
        answer = b""
        try:
            while piece := connection.recv(1000):
                answer += piece
        except ConnectionResetError:  # of one whose request was not read to its end
            pass
        assert answer[9:12] == status
    assert rig.begun.empty()


def test_there_is_a_bound_for_those_who_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "_ASKING", 1)
    rig = Rig(str(tmp_path / "d"))
    with rig.dial() as slow, rig.dial() as second:
        assert second.recv(100) == b""
        assert slow.recv(100) == b""  # once its time is up
    with rig.dial() as connection:
        assert ask(connection, "driver", requests.Asker("an-id", b"secret", None), websocket.DATA, "") == b""
        rig.begun.get(timeout=10)[0].close()
    rig.door.close()


def test_a_door_that_is_closed_leaves_nothing(rig: Rig) -> None:
    rig.door.close()
    assert not Path(rig.path).exists()
