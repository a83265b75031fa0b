"""Encrypted sessions, and who is let in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from cluster import Head
from fault_relay import FaultRelay
from gateway import Gateway
from ways import Certificates

import ray_client as ray
from ray_client import errors
from ray_client_proto.wire.handshake import CAPABILITIES

WAYS = ("socket", "relay")
CERTIFICATE, KEY, AUTHORITY = "RAY_CLIENT_TLS_CERT", "RAY_CLIENT_TLS_KEY", "RAY_CLIENT_TLS_CA"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def server_arguments(certificates: Certificates) -> list[str]:
    server = certificates.issue("127.0.0.1")
    return ["--tls-cert", server.certificate, "--tls-key", server.key]


@contextmanager
def serving(head: Head, way: str, *arguments: str) -> Iterator[Gateway]:
    """A gateway that knows one way of the data stream and those that come after it, and has to be seen using it."""
    lacking = {"socket": (), "relay": ("socket",)}[way]
    claims = {"capabilities": [name for name in CAPABILITIES if name not in lacking]}
    gateway = Gateway.start(head.address, *arguments, claims=claims)
    try:
        yield gateway
        log = "\n".join(gateway.process.lines)
        assert ("socket.given" in log) == (way == "socket"), log
    finally:
        gateway.close()


@pytest.fixture(scope="module", params=WAYS)
def with_certificate(head: Head, server_arguments: list[str], request: pytest.FixtureRequest) -> Iterator[Gateway]:
    """A gateway with a certificate."""
    with serving(head, request.param, *server_arguments) as gateway:
        yield gateway


@pytest.fixture
def encrypted(with_certificate: Gateway) -> str:
    """Its address."""
    return address_of(with_certificate)


@pytest.fixture(scope="module", params=WAYS)
def mutual(
    head: Head, server_arguments: list[str], certificates: Certificates, request: pytest.FixtureRequest
) -> Iterator[Gateway]:
    """A gateway that wants a certificate of its clients too."""
    with serving(head, request.param, *server_arguments, "--tls-client-ca", certificates.authority) as gateway:
        yield gateway


def address_of(gateway: Gateway) -> str:
    """What a user passes to `init` to encrypt."""
    return gateway.address.replace("ray://", "rays://")


def check_a_session(gateway: Gateway) -> None:
    """See to it that calls, and bytes in both directions, go through, and on a socket where the gateway knows it."""
    large = bytes(range(256)) * 40_000

    @ray.remote
    def turn(value: bytes) -> bytes:
        return value[::-1]

    with ray.init(address_of(gateway), log_to_driver=False, direct=False) as context:
        assert ray.get(turn.remote(b"abc")) == b"cba"
        assert ray.get(turn.remote(ray.put(large))) == large[::-1]
        assert gateway.has_given_away(context.session_id) == any("socket.given" in x for x in gateway.process.lines)


def test_a_session(with_certificate: Gateway, certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(AUTHORITY, certificates.authority)
    check_a_session(with_certificate)


def test_a_session_across_cuts(encrypted: str, certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(AUTHORITY, certificates.authority)

    @ray.remote
    class Counter:
        def __init__(self) -> None:
            self.count = 0

        def next(self) -> int:
            self.count += 1
            return self.count

    with FaultRelay(int(encrypted.rpartition(":")[2])) as relay, ExitStack() as stack:
        address = relay.address.replace("ray://", "rays://")
        stack.enter_context(ray.init(address, log_to_driver=False, direct=False))
        counter = Counter.remote()
        assert ray.get(counter.next.remote()) == 1
        relay.cut_at_random(seed=10, low_bytes=2_000, high_bytes=20_000, times=4)
        assert ray.get([counter.next.remote() for _ in range(400)]) == list(range(2, 402))
        relay.wait_for_cuts(1)


def test_an_authority_that_the_client_does_not_know(
    encrypted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(AUTHORITY, Certificates(tmp_path).authority)
    with pytest.raises(errors.ConnectError, match="certificate"):
        ray.init(encrypted, connect_timeout_s=10)


def test_a_client_that_does_not_encrypt(encrypted: str) -> None:
    with pytest.raises(errors.WrongPeerError, match="TLS"):
        ray.init(encrypted.replace("rays://", "ray://"), connect_timeout_s=10)


def test_a_client_that_encrypts_for_nothing(
    gateway: Gateway, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(AUTHORITY, certificates.authority)
    with pytest.raises(errors.ConnectError, match="TLS"):
        ray.init(gateway.address.replace("ray://", "rays://"), connect_timeout_s=10)


def test_a_session_with_a_certificate_of_the_client(
    mutual: Gateway, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = certificates.issue("ada.example")
    monkeypatch.setenv(AUTHORITY, certificates.authority)
    monkeypatch.setenv(CERTIFICATE, client.certificate)
    monkeypatch.setenv(KEY, client.key)
    check_a_session(mutual)


def test_a_client_without_the_certificate_that_is_wanted(
    mutual: Gateway, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(AUTHORITY, certificates.authority)
    with pytest.raises(errors.ConnectError, match="certificate"):
        ray.init(address_of(mutual), connect_timeout_s=10)
