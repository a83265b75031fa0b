"""The gateway's calls, against a gateway of few lines on loopback."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest

from ray_client.config.address import Address
from ray_client.errors import (
    ConnectTimeoutError,
    IncompatibleVersionError,
    ProtocolViolationError,
    ServerBusyError,
    ServerTooOldError,
    UnreachableError,
)
from ray_client.transport import gateway
from ray_client.transport.backoff import BackoffPolicy
from ray_client.transport.channel import open_channel
from ray_client.transport.gateway import GatewayClient, describe_client, package_chunks
from ray_client.transport.peer import Peer
from ray_client_proto.v1 import gateway_pb2 as pb
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.gateway_pb2_grpc import GatewayServicer, add_GatewayServicer_to_server
from ray_client_proto.wire import metadata


class FakeGateway(GatewayServicer):
    """Does what the test has told it to."""

    def __init__(self) -> None:
        self.stages: list[pb.OpenSessionProgress] = []
        self.failure: Failure | None = None
        self.info = pb.ServerInfo()
        self.is_silent = False
        self.cancelled = threading.Event()
        self.metadata: dict[str, Any] = {}
        self.cuts, self.keeps = 0, True
        self.package = bytearray()
        self.total_bytes = -1

    def OpenSession(self, request: pb.OpenSessionRequest, context: Any) -> Iterator[pb.OpenSessionProgress]:
        context.add_callback(self.cancelled.set)
        self.metadata = dict(context.invocation_metadata())
        if self.failure is not None:
            context.set_trailing_metadata(((metadata.FAILURE, self.failure.SerializeToString()),))
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "no")
        if self.is_silent:
            self.cancelled.wait(30)
        yield from self.stages

    def GetServerInfo(self, request: pb.ServerInfoRequest, context: Any) -> pb.ServerInfo:
        self._wait(context)
        return self.info

    def _wait(self, context: Any) -> None:
        if self.is_silent:
            context.add_callback(self.cancelled.set)
            self.cancelled.wait(10)

    def CloseSession(self, request: pb.CloseSessionRequest, context: Any) -> pb.CloseSessionResponse:
        self._wait(context)
        self.metadata = dict(context.invocation_metadata())
        return pb.CloseSessionResponse()

    def GetPackageStatus(self, request: pb.PackageStatusRequest, context: Any) -> pb.PackageStatus:
        self._wait(context)
        self.metadata = dict(context.invocation_metadata())
        is_complete = len(self.package) == self.total_bytes
        return pb.PackageStatus(sha256=request.sha256, is_complete=is_complete, received_bytes=len(self.package))

    def CheckEnvironment(self, request: pb.CheckEnvironmentRequest, context: Any) -> pb.CheckEnvironmentResponse:
        self._wait(context)
        kind = json.loads(request.runtime_env_json).get("kind", "")
        return pb.CheckEnvironmentResponse(type_name=kind, message="no such thing")

    def UploadPackage(self, chunks: Iterator[pb.PackageChunk], context: Any) -> pb.PackageStatus:
        for chunk in chunks:
            assert chunk.offset_bytes == len(self.package)
            if self.keeps:
                self.package += chunk.data
            self.total_bytes = chunk.total_bytes
            if self.cuts:
                self.cuts -= 1
                context.abort(grpc.StatusCode.UNAVAILABLE, "cut")
        return pb.PackageStatus(is_complete=len(self.package) == self.total_bytes)


@pytest.fixture
def fake() -> FakeGateway:
    return FakeGateway()


@pytest.fixture
def client(fake: FakeGateway) -> Iterator[GatewayClient]:
    server = grpc.server(ThreadPoolExecutor(4))
    add_GatewayServicer_to_server(fake, server)
    address = Address("127.0.0.1", server.add_insecure_port("127.0.0.1:0"))
    server.start()
    with open_channel(address) as channel:
        yield GatewayClient(channel, "the-token", address, BackoffPolicy(first_s=0.001, cap_s=0.001, budget_s=0.003))
    server.stop(None).wait()


def test_h1_h4_a_session_is_opened_and_its_stages_are_told(fake: FakeGateway, client: GatewayClient) -> None:
    opened = pb.SessionOpened(session_id="s-1", protocol=1)
    fake.stages = [
        pb.OpenSessionProgress(stage=pb.OpenSessionProgress.STARTING_DRIVER),
        pb.OpenSessionProgress(stage=pb.OpenSessionProgress.READY, opened=opened),
    ]
    told: list[int] = []
    assert client.open_session(pb.OpenSessionRequest(), lambda stage: told.append(stage.stage)) == opened
    assert told == [pb.OpenSessionProgress.STARTING_DRIVER, pb.OpenSessionProgress.READY]
    assert fake.metadata["authorization"] == "Bearer the-token"


def test_h4_an_end_without_ready_breaks_the_rule(client: GatewayClient) -> None:
    with pytest.raises(ProtocolViolationError, match="H4"):
        client.open_session(pb.OpenSessionRequest())


def test_a_failure_of_opening_is_typed(fake: FakeGateway, client: GatewayClient) -> None:
    details = {"limit": "sessions", "value": "50", "flag": "--limit-sessions"}
    fake.failure = Failure(code=Failure.LIMIT_EXCEEDED, details=details)
    with pytest.raises(ServerBusyError, match="--limit-sessions"):
        client.open_session(pb.OpenSessionRequest())


def test_a_gateway_that_says_nothing_is_given_up(fake: FakeGateway, client: GatewayClient) -> None:
    fake.is_silent = True
    with pytest.raises(ConnectTimeoutError, match="opening a session"):
        client.open_session(pb.OpenSessionRequest(), first_answer_s=0.1)
    assert fake.cancelled.wait(10)


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.server_info(0.1),
        lambda client: client.close_session("s", b"s", ""),
        lambda client: client.check_environment({}),
        lambda client: client.package_status("0" * 64),
    ],
)
def test_a_call_that_is_not_answered_is_given_up(
    fake: FakeGateway, client: GatewayClient, monkeypatch: pytest.MonkeyPatch, call: Callable[[GatewayClient], object]
) -> None:
    monkeypatch.setattr(gateway, "CALL_TIMEOUT_S", 0.1)
    fake.is_silent = True
    with pytest.raises(ConnectTimeoutError):
        call(client)
    assert fake.cancelled.wait(10)


def test_h4_what_interrupts_opening_cancels_it(fake: FakeGateway, client: GatewayClient) -> None:
    fake.stages = [pb.OpenSessionProgress(stage=pb.OpenSessionProgress.QUEUED)]

    def interrupt(progress: pb.OpenSessionProgress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client.open_session(pb.OpenSessionRequest(), interrupt)
    assert fake.cancelled.wait(10)


def test_m2_closing_carries_id_and_secret(fake: FakeGateway, client: GatewayClient) -> None:
    client.close_session("s-1", b"\x00secret", "done")
    assert fake.metadata["ray-client-session"] == "s-1"
    assert fake.metadata["ray-client-secret-bin"] == b"\x00secret"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(gateway, "CHUNK_BYTES", 10)
    path = tmp_path / "package.zip"
    path.write_bytes(bytes(range(35)))
    return path


def test_a_package_is_cut_into_chunks(package: Path) -> None:
    chunks = list(package_chunks(package, "abc", 15))
    assert [(chunk.offset_bytes, len(chunk.data), chunk.total_bytes) for chunk in chunks] == [
        (15, 10, 35),
        (25, 10, 35),
    ]
    assert b"".join(chunk.data for chunk in chunks) == bytes(range(15, 35))


def test_an_upload_goes_on_where_it_was_cut(fake: FakeGateway, client: GatewayClient, package: Path) -> None:
    fake.cuts = 2
    sha256 = hashlib.sha256(package.read_bytes()).hexdigest()
    assert client.upload_package(package, sha256)
    assert fake.package == package.read_bytes()
    assert not client.upload_package(package, sha256)  # it is there


def test_p2_a_package_is_asked_for_in_the_name_of_its_session(
    fake: FakeGateway, client: GatewayClient, package: Path
) -> None:
    client.upload_package(package, "abc", ("s-1", b"secret"))
    assert fake.metadata[metadata.SESSION_ID] == "s-1"
    assert fake.metadata[metadata.SESSION_SECRET] == b"secret"
    client.upload_package(package, "abc")
    assert metadata.SESSION_ID not in fake.metadata


@pytest.mark.parametrize(
    ("kind", "error"),
    [("builtins.TypeError", TypeError), ("builtins.ValueError", ValueError), ("plugin.Error", ValueError)],
)
def test_p1_what_ray_refuses_is_raised_here(client: GatewayClient, kind: str, error: type[Exception]) -> None:
    client.check_environment({})
    with pytest.raises(error, match="no such thing"):
        client.check_environment({"kind": kind})


def test_an_upload_that_gets_nowhere_is_given_up(fake: FakeGateway, client: GatewayClient, package: Path) -> None:
    fake.cuts, fake.keeps = 99, False
    with pytest.raises(UnreachableError, match="cut"):
        client.upload_package(package, "abc")
    assert fake.cuts < 98  # after more than one try


def test_a_client_says_what_it_is() -> None:
    info = describe_client()
    assert info.protocol.oldest <= info.protocol.newest
    assert "bulk" in info.capabilities
    assert info.pid and info.python_version.startswith("3.")


@pytest.mark.parametrize(("oldest", "newest", "older"), [(7, 9, "client"), (0, 0, "server")])
def test_h2_a_server_of_other_protocols_is_refused_here(
    fake: FakeGateway, client: GatewayClient, oldest: int, newest: int, older: str
) -> None:
    fake.info = pb.ServerInfo(version="9.1.2", protocol=pb.ProtocolRange(oldest=oldest, newest=newest))
    with pytest.raises(IncompatibleVersionError, match=r"ray-client-server 9\.1\.2") as caught:
        client.compatible_server()
    assert (caught.value.older, caught.value.server_protocol) == (older, f"{oldest}-{newest}")


def test_h1_a_server_of_our_protocol_is_taken(fake: FakeGateway, client: GatewayClient) -> None:
    fake.info = pb.ServerInfo(version="9.1.2", protocol=pb.ProtocolRange(oldest=1, newest=9))
    assert client.compatible_server() == fake.info


def test_a_peer_is_asked_for_what_it_can() -> None:
    peer = Peer("0.1.0", ["bulk"])
    peer.require("bulk", "do it")
    assert (peer.can("bulk"), peer.can("flight")) == (True, False)
    with pytest.raises(ServerTooOldError, match=r"ray-client-server 0\.1\.0 cannot fly, since it lacks 'flight'"):
        peer.require("flight", "fly")
