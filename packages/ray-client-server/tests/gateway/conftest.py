"""A gateway in a thread of the test's process, whose drivers are tasks of its event loop: no ray, only loopback."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import grpc
import pytest
import trustme

from ray_client_proto.sockets import MessageSocket
from ray_client_proto.v1 import gateway_pb2 as pb
from ray_client_proto.v1 import gateway_pb2_grpc
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.wire import metadata as keys
from ray_client_proto.wire import websocket
from ray_client_server.cluster.finding import Cluster
from ray_client_server.config import DriverSettings, GatewaySettings, Limits
from ray_client_server.driver.local import LocalDoor
from ray_client_server.gateway import server as server_module
from ray_client_server.gateway.sessions import Session
from ray_client_server.gateway.state import StateDirectory

T = TypeVar("T")

NO_SUCH_PID = 2**22 + 1  # above the largest that Linux gives


class FakeDriver:
    """Stands for a driver: answers on the session's socket, reports on the control socket, and can die.

    It gives back each message of a data stream; `refuse` has it fail in the driver's way, and `wait` has it wait until
    the stream is cut.
    """

    def __init__(self, settings: DriverSettings, script: Script) -> None:
        self.settings = settings
        self.script = script
        self.pid = NO_SUCH_PID
        self.orders: list[dict[str, Any]] = []
        self.cancelled = threading.Event()
        self._connections: list[MessageSocket] = []
        self._exit: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._living: asyncio.Task[None] | None = None
        self._task = asyncio.ensure_future(self._live())

    def kill(self) -> None:
        if not self._exit.done():
            self._exit.set_result("killed by SIGKILL")
            if self._living is not None:
                self._living.cancel()

    async def wait(self) -> str:
        return await asyncio.shield(self._exit)

    def _report(self, event: str, **fields: Any) -> None:
        self._writer.write(json.dumps({"session": self.settings.session_id, "event": event, **fields}).encode() + b"\n")

    async def _live(self) -> None:
        if self.script.dies_at_once:
            self._exit.set_result("exit code 1")
            return
        reader, self._writer = await asyncio.open_unix_connection(self.settings.control_path)
        secret = bytes.fromhex(self.settings.secret_hex)
        door = LocalDoor(self.settings.socket_path, self.settings.session_id, secret, self._begin, 10)
        self._living = asyncio.ensure_future(self._obey(reader))
        if self._exit.done():  # killed before it began: only now is there something to close
            self._living.cancel()
        await asyncio.wait({self._living})
        self._writer.close()
        door.close()
        for connection in self._connections:
            connection.close()
        await self._writer.wait_closed()
        if not self._exit.done():
            self._exit.set_result("exit code 0")

    def _begin(self, connection: socket.socket, kind: bytes, first: bytes) -> None:
        messages = MessageSocket(connection, is_client=False, limit_bytes=1 << 24, first=first)
        self._connections.append(messages)
        assert kind == websocket.DATA
        with contextlib.suppress(OSError):
            while (message := messages.receive()) is not None:
                if message == b"refuse":
                    messages.finish(websocket.FAILURES + Failure.SESSION_TAKEN_OVER, "another stream attached")
                    break
                messages.post(b"waiting" if message == b"wait" else message)
        self.cancelled.set()
        messages.finish()
        messages.release()  # once all is sent

    async def _obey(self, reader: asyncio.StreamReader) -> None:
        self._report("hello", pid=self.pid)
        if self.script.failure:
            self._report("failed", **self.script.failure)
        elif self.script.gets_ready:
            fields = {
                "job_id": "0a",
                "node_id": "0b",
                "namespace": "space",
                "dashboard_url": "",
                "ray_version": "2.60.0",
            }
            self._report("ready", **fields, capabilities=self.script.capabilities)
        while line := await reader.readline():
            self.orders.append(json.loads(line))
            if self.script.obeys:
                self._report("ended", reason=self.orders[-1].get("reason", "drained"))
                return


class Script:
    """How the drivers of a test behave."""

    def __init__(self) -> None:
        self.gets_ready = True
        self.dies_at_once = False
        self.obeys = True
        self.capabilities = ["local", "option_checks"]
        self.failure: dict[str, str] = {}


class Rig:
    """A gateway, its drivers and a client's channel."""

    def __init__(self, directory: Path, **settings: Any) -> None:
        self.script = Script()
        self.drivers: list[FakeDriver] = []
        self.launched: list[bool] = []
        self.checked: list[dict[str, Any]] = []
        self.directory = directory
        self._settings = GatewaySettings(port=0, **settings)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.port = self.do(self._start())
        self.channel = grpc.insecure_channel(f"127.0.0.1:{self.port}")
        self.stub = gateway_pb2_grpc.GatewayStub(self.channel)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the gateway's event loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _start(self) -> int:
        cluster = Cluster("127.0.0.1:1", "2.60.0", {}, is_ours=False)
        self.gateway = server_module.Gateway(self._settings, cluster, self.directory, self)  # type: ignore[arg-type]
        return await self.gateway.start()

    async def _settle(self) -> None:
        """Let everything that was closed be gone before the loop is."""
        await asyncio.gather(*(driver._task for driver in self.drivers), return_exceptions=True)
        for _ in range(5):
            await asyncio.sleep(0)

    async def start(self, settings: DriverSettings, in_environment: bool) -> FakeDriver:
        """What the gateway calls to start a driver."""
        self.launched.append(in_environment)
        self.drivers.append(FakeDriver(settings, self.script))
        return self.drivers[-1]

    async def check_environment(self, runtime_env: dict[str, Any]) -> dict[str, str]:
        """What the gateway calls to have Ray judge an environment; this Ray takes no `pip`."""
        self.checked.append(runtime_env)
        return {"type_name": "builtins.TypeError", "message": "no pip"} if "pip" in runtime_env else {}

    def close(self) -> None:
        self.channel.close()
        self.do(self.gateway.stop(is_urgent=True))
        self.do(self._settle())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def sessions(self) -> list[Session]:
        return list(self.gateway._sessions)

    def request(self, who: dict[str, Any] | None = None, **fields: Any) -> pb.OpenSessionRequest:
        client = pb.ClientInfo(
            version="9.9", protocol=pb.ProtocolRange(oldest=1, newest=3), capabilities=["bulk", "x"], **(who or {})
        )
        return pb.OpenSessionRequest(**{"client": client, **fields})

    def open(self, **fields: Any) -> pb.SessionOpened:
        *_, last = self.stub.OpenSession(self.request(**fields), timeout=20)
        return last.opened

    @staticmethod
    def identity(opened: pb.SessionOpened) -> list[tuple[str, str | bytes]]:
        return [(keys.SESSION_ID, opened.session_id), (keys.SESSION_SECRET, opened.secret)]

    @staticmethod
    def until(condition: Callable[[], Any], within_s: float = 10.0) -> None:
        """Wait for what the gateway's thread does; the bound only matters to a test that fails."""
        deadline = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def call(self, method: str, opened: pb.SessionOpened) -> Callable[..., Any]:
        stream = self.channel.stream_stream(f"/ray_client.v1.Session/{method}")
        return lambda messages: stream(iter(messages), metadata=self.identity(opened), timeout=20)


def failure_of(error: grpc.RpcError) -> Failure:
    for key, value in error.trailing_metadata():
        if key == keys.FAILURE:
            return Failure.FromString(value)
    raise AssertionError(f"no failure in the trailing metadata of {error}")


@pytest.fixture
def refused() -> Callable[[Callable[[], Any]], tuple[grpc.StatusCode, Failure]]:
    """Call something that must fail, and give its status and failure."""

    def refused(call: Callable[[], Any]) -> tuple[grpc.StatusCode, Failure]:
        with pytest.raises(grpc.RpcError) as caught:
            answer = call()
            list(answer)
        return caught.value.code(), failure_of(caught.value)

    return refused


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Give the paths of a certificate for localhost, with its authority's behind it, and of its key."""
    directory, authority = tmp_path_factory.mktemp("tls"), trustme.CA()
    issued = authority.issue_cert("localhost")
    cert, key = directory / "cert.pem", directory / "key.pem"
    cert.write_bytes(b"".join(pem.bytes() for pem in (*issued.cert_chain_pems, authority.cert_pem)))
    key.write_bytes(issued.private_key_pem.bytes())
    return str(cert), str(key)


@pytest.fixture
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    directory = StateDirectory(None)
    yield directory.path
    directory.close()


@pytest.fixture
def make_rig(state: Path) -> Iterator[Callable[..., Rig]]:
    rigs: list[Rig] = []

    def make(**settings: Any) -> Rig:
        rigs.append(Rig(state, **settings))
        return rigs[-1]

    yield make
    for rig in rigs:
        rig.close()


@pytest.fixture
def rig(make_rig: Callable[..., Rig]) -> Rig:
    return make_rig(limits=Limits(sessions=2, handshake_s=1.0, driver_end_s=0.5, package_bytes=20_000))
