"""Every kind of thread of a driver: one that dies of a fault of ours ends the session, and says why."""

from __future__ import annotations

import ast
import gc
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import ray_client_server.driver
from ray_client_proto import threads
from ray_client_proto.sockets import MessageSocket
from ray_client_proto.v1.frame_pb2 import Attach, ClientFrame
from ray_client_proto.v1.log_pb2 import LogRequest
from ray_client_proto.wire import websocket
from ray_client_server.driver import sockets
from ray_client_server.driver.answer import Answer
from ray_client_server.driver.control import Control
from ray_client_server.driver.lanes import LaneService, LogService
from ray_client_server.driver.local import LocalDoor
from ray_client_server.driver.logs import Logs, Reader
from ray_client_server.driver.results import _Ready
from ray_client_server.driver.session import DriverSession
from ray_client_server.driver.sockets import SocketDoor
from ray_client_server.driver.waiting import Loop, Waits

# Whoever has died closes nothing any more; the process ends.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")


def die(*_: object, **__: object) -> Any:
    raise ZeroDivisionError("a fault")


def leave(*_: object, **__: object) -> Any:
    raise SystemExit(3)


@pytest.fixture
def deaths() -> Iterator[queue.SimpleQueue[str]]:
    told: queue.SimpleQueue[str] = queue.SimpleQueue()
    threads.tell_deaths(told.put)
    yield told
    threads.tell_deaths(lambda _: None)
    gc.collect()  # what nobody closed, and is to be no other test's


class Rig:
    """A session behind its door, all of it ready to fail."""

    def __init__(self, path: Path, begin_tls: Any = None) -> None:
        self.logs = Logs()
        self.session = DriverSession(
            lambda *_: None, replay_bytes=1000, lease_s=9.0, on_end=lambda _: None, on_attach=lambda _: None
        )
        self.lanes = LaneService(None, None, 1000)  # type: ignore[arg-type]
        self.path = str(path / "w")
        self.door = SocketDoor(self.path, self.session, 1000, self.lanes, LogService(self.logs), begin_tls)

    def connect(self, kind: bytes, message: bytes = b"") -> socket.socket:
        near, far = socket.socketpair()
        with socket.socket(socket.AF_UNIX) as gateway, far:
            gateway.connect(self.path)
            socket.send_fds(gateway, [kind], [far.fileno()])
        messages = MessageSocket(near, is_client=True, limit_bytes=1000)
        messages.post(message)
        return near


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.door.close()


@pytest.mark.parametrize("fault", [die, leave])
@pytest.mark.parametrize(
    ("begin", "name"),
    [
        (lambda fault: Waits().start(fault), "waits"),
        (lambda fault: Loop().start(_raised(fault)), "loop"),
    ],
    ids=["waits", "loop"],
)
def test_waits_and_the_loop(
    deaths: queue.SimpleQueue[str], begin: Callable[..., None], name: str, fault: Callable[..., Any]
) -> None:
    begin(fault)
    assert f"'{name}" in deaths.get(timeout=5)


def test_the_loop_has_a_thread_once_it_is_used() -> None:
    loop, done = Loop(), threading.Event()

    async def work() -> None:
        done.set()

    def is_there() -> bool:
        return any(thread.name == "loop" and thread is not other for thread in threading.enumerate())

    other = next((thread for thread in threading.enumerate() if thread.name == "loop"), None)
    assert not is_there()
    loop.start(work()).result(timeout=5)
    assert done.is_set() and is_there()
    loop.close()
    assert not is_there()
    Loop().close()


async def _raised(fault: Callable[..., Any]) -> None:
    fault()


def test_results(deaths: queue.SimpleQueue[str], holdings: Any, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "deliver", die)
    holdings.results._ready.put(_Ready([1], Answer(1, client, 1), 0))
    assert "'results-" in deaths.get(timeout=5)


def test_what_is_done_aside(deaths: queue.SimpleQueue[str], holdings: Any) -> None:
    for pool, name in ((holdings.puts, "puts"), (holdings.aside, "aside")):
        pool.submit(die)
        assert f"'{name}'" in deaths.get(timeout=5)


def test_the_channel(deaths: queue.SimpleQueue[str]) -> None:
    DriverSession(
        lambda *_: None,
        replay_bytes=9,
        lease_s=9.0,
        on_end=lambda _: None,
        on_attach=lambda _: None,
        clock=_odd_clock(),
    )
    assert "'session-channel'" in deaths.get(timeout=5)


def _odd_clock() -> Callable[[], float]:
    mine = threading.get_ident()
    return lambda: 1.0 if threading.get_ident() == mine else die()


def test_the_door_that_accepts(deaths: queue.SimpleQueue[str], rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rig.door, "begin", die)
    rig.connect(websocket.DATA)
    assert "'socket-door'" in deaths.get(timeout=5)


def test_the_door_that_pings(deaths: queue.SimpleQueue[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "_PING_S", 0.01)
    monkeypatch.setattr(sockets.MessageSocket, "ping", die)
    rig = Rig(tmp_path)
    near = rig.connect(websocket.LOGS)
    assert "'socket-door'" in deaths.get(timeout=5)
    near.close()
    rig.door.close()


def test_tls(deaths: queue.SimpleQueue[str], tmp_path: Path) -> None:
    rig = Rig(tmp_path, begin_tls=die)
    rig.connect(websocket.DATA)
    assert "'socket-tls'" in deaths.get(timeout=5)
    rig.door.close()


@pytest.mark.parametrize(
    ("kind", "name", "what", "message"),
    [
        (websocket.DATA, "socket-reader", (DriverSession, "receive"), ClientFrame(attach=Attach())),
        (websocket.LANE, "lane", (LaneService, "_answer"), ClientFrame()),
        (websocket.LOGS, "logs-reader", (Reader, "want"), LogRequest(is_enabled=True)),
        (websocket.LOGS, "logs-writer", (Reader, "batches"), LogRequest(is_enabled=True)),
        (websocket.CALL, "call", (DriverSession, "carry_single"), None),
    ],
    ids=["data", "lane", "logs", "log writer", "call"],
)
def test_a_connection(
    deaths: queue.SimpleQueue[str],
    rig: Rig,
    monkeypatch: pytest.MonkeyPatch,
    kind: bytes,
    name: str,
    what: tuple[type, str],
    message: Any,
) -> None:
    monkeypatch.setattr(*what, die)
    body = b"\x01" if message is None else message.SerializeToString()
    near = rig.connect(kind, bytes(25) if kind == websocket.LANE else body)
    assert f"'{name}'" in deaths.get(timeout=5)
    near.close()


def test_the_local_door(deaths: queue.SimpleQueue[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    door = LocalDoor(str(tmp_path / "l"), "id", b"secret", die, 5.0)
    monkeypatch.setattr(door, "_answer", die)
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(str(tmp_path / "l"))
        asking.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert "'local-request'" in deaths.get(timeout=5)
    monkeypatch.setattr(door, "_asking", None)
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(str(tmp_path / "l"))
        assert "'local-door'" in deaths.get(timeout=5)
    door.close()


def test_the_line_to_the_gateway(deaths: queue.SimpleQueue[str], tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "c"))
        listener.listen()
        control = Control(str(tmp_path / "c"), "id")
        control.listen(die, lambda: None)
        gateway, _ = listener.accept()
        with gateway:
            gateway.sendall(b"[]\n")
            assert "'control'" in deaths.get(timeout=5)
    control.close()


def test_a_driver_starts_no_other_threads() -> None:
    """One that is started otherwise would die in silence."""
    found = []
    for path in Path(ray_client_server.driver.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("threading.Thread", "ThreadPoolExecutor"):
                found.append(f"{path.name}:{node.lineno}")
    assert found == []
