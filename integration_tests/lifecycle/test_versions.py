"""Sides of different releases: what they say to each other first, and what they do about it (rules H1 and H2)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cluster import Head
from gateway import Gateway
from processes import poll, report

import ray_client as ray
from ray_client import errors
from ray_client.api.context import ClientContext
from ray_client.api.opening import connect
from ray_client.config.address import parse_address
from ray_client.config.settings import ConnectSettings
from ray_client_proto.wire.handshake import CAPABILITIES, Claims

LATER = {"oldest": 7, "newest": 9}  #: protocols of a release to come


def open_as(claims: Claims, gateway: Gateway, **options: Any) -> ClientContext:
    """Open a session as a client that says this of itself."""
    address = parse_address(gateway.address)
    return ClientContext(connect(ConnectSettings(address=address, log_to_driver=False, claims=claims, **options)))


def has_no_sessions(gateway: Gateway) -> bool:
    """Tell whether nothing is open, or will be in a moment: an earlier test's may be about to end."""
    return bool(poll(lambda: not gateway.sessions(), within_s=10))


@pytest.fixture(scope="module")
def later(head: Head) -> Iterator[Gateway]:
    """A gateway that no longer speaks what this client does."""
    gateway = Gateway.start(head.address, claims=LATER)
    yield gateway
    gateway.close()


@pytest.fixture(scope="module")
def bare(head: Head) -> Iterator[Gateway]:
    """A gateway that can only do what nobody can do without."""
    gateway = Gateway.start(head.address, claims={"capabilities": ["time-travel"]})
    yield gateway
    gateway.close()


@contextmanager
def incompatible(older: str) -> Iterator[None]:
    began_s = time.monotonic()
    with pytest.raises(errors.IncompatibleVersionError) as caught:
        yield
    report(f"refused after {time.monotonic() - began_s:.2f} s: {caught.value}")
    error = caught.value
    assert error.older == older
    assert {error.client_protocol, error.server_protocol} == {"1-1", "7-9"}
    for text in (error.client_version, error.server_version, "ray-client~=", "ray-client-server~=", "pip install"):
        assert text in str(error)
    first = "ray-client-server~=" if older == "server" else '"ray-client~='
    assert str(error).index(first) == min(str(error).index(each) for each in ("ray-client-server~=", '"ray-client~='))


def test_h2_a_client_that_is_too_old_is_told_at_once(later: Gateway) -> None:
    with incompatible("client"):
        ray.init(later.address)
    assert not ray.is_initialized()
    assert has_no_sessions(later)


def test_h2_a_server_that_is_too_old_is_named_at_once(gateway: Gateway) -> None:
    with incompatible("server"):
        open_as(Claims(**LATER), gateway)
    assert has_no_sessions(gateway)


def test_h2_nothing_is_packed_for_a_server_that_cannot_be_used(later: Gateway, tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("x = 1\n")
    with incompatible("client"):
        ray.init(later.address, runtime_env={"working_dir": str(tmp_path), "env_vars": {"A": "1"}})


def test_h1_the_newest_protocol_that_both_speak_is_used(gateway: Gateway) -> None:
    with open_as(Claims(oldest=1, newest=9), gateway) as context:
        assert context.get(context.put("1")) == "1"
        assert context._connection.session.opened.protocol == 1


def test_h1_what_only_one_side_can_is_not_agreed_on(gateway: Gateway) -> None:
    claims = Claims(capabilities=("streaming", "time-travel"))
    with open_as(claims, gateway) as context:
        assert list(context._connection.session.opened.capabilities) == ["streaming"]


@pytest.fixture
def context(bare: Gateway) -> Iterator[ClientContext]:
    with open_as(Claims(), bare) as context:
        yield context


def refused(capability: str) -> Any:
    return pytest.raises(errors.ServerTooOldError, match=f"lacks '{capability}'.*ray-client-server~=")


def test_a_server_that_can_less_does_what_it_can(context: ClientContext) -> None:
    @context.remote
    def double(number: int) -> int:
        return 2 * number

    @context.remote
    class Counter:
        total = 0

        def add(self, number: int) -> int:
            self.total += number
            return self.total

    counter = Counter.remote()
    assert context.get([double.remote(4), counter.add.remote(double.remote(2))]) == [8, 4]
    with pytest.raises(ZeroDivisionError):
        context.get(context.remote(lambda: 1 / 0).remote())


def test_what_it_cannot_is_said_when_it_is_asked_for(context: ClientContext, tmp_path: Path) -> None:
    @context.remote
    def numbers() -> Iterator[int]:
        yield 1

    @context.remote
    def size(value: bytes) -> int:
        return len(value)

    with refused("bulk"):
        context.put(bytes(1 << 20))
    with refused("bulk"):
        size.remote(bytes(1 << 20))
    with refused("streaming"):
        numbers.remote()
    with refused("packages"):
        size.options(runtime_env={"working_dir": str(tmp_path)}).remote(b"")
    with refused("logs"):
        context.configure_logs()
    assert context.get(size.remote(b"abc")) == 3  # the session is none the worse for it


def test_directories_of_this_machine_are_refused_before_a_session_is_opened(bare: Gateway, tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("x = 1\n")
    with refused("packages"):
        ray.init(bare.address, runtime_env={"working_dir": str(tmp_path)})
    assert has_no_sessions(bare)


def test_the_error_names_both_versions(context: ClientContext) -> None:
    with pytest.raises(errors.ServerTooOldError) as caught:
        context.put(bytes(1 << 20))
    assert caught.value.server_version == context.server_version
    assert caught.value.client_version in str(caught.value)
    assert caught.value.capability in CAPABILITIES
    assert isinstance(caught.value, NotImplementedError)
