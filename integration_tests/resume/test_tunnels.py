"""How a session's calls travel, and what becomes of them when one way is not there (docs/protocol.md, rule U4)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cluster import Head
from fault_relay import FaultRelay
from gateway import Gateway
from processes import poll

import ray_client as ray
from ray_client_proto.wire.handshake import CAPABILITIES

LARGE = bytes(range(256)) * 10_000


@ray.remote
def turn(value: bytes) -> bytes:
    return value[::-1]


def use() -> None:
    """See to it that small and large values go both ways."""
    assert ray.get(turn.remote(b"abc")) == b"cba"
    assert ray.get(turn.remote(LARGE)) == LARGE[::-1]


def tunnels(gateway: Gateway, session_id: str) -> int:
    """How many tunnels the gateway has opened to a session's driver."""
    return sum("tunnel.opened" in line and session_id in line for line in gateway.process.lines)


@pytest.fixture(scope="module")
def older(head: Head) -> Iterator[Gateway]:
    """A gateway without lanes on sockets: what is large goes by gRPC."""
    gateway = Gateway.start(head.address, claims={"capabilities": [name for name in CAPABILITIES if name != "lanes"]})
    yield gateway
    gateway.close()


def test_a_session_from_elsewhere_has_one_tunnel(older: Gateway) -> None:
    with ray.init(older.address, log_to_driver=False, direct=False) as context:
        use()
        assert poll(lambda: tunnels(older, context.session_id) > 0, within_s=30)
        assert tunnels(older, context.session_id) == 1


def test_a_session_past_the_gateway_has_none(gateway: Gateway) -> None:
    with ray.init(gateway.address, log_to_driver=False) as context:
        use()
    # The line of its end comes after all others about it.
    assert poll(
        lambda: any("session.ended" in line and context.session_id in line for line in gateway.process.lines), 30
    )
    assert tunnels(gateway, context.session_id) == 0


def test_a_tunnel_that_was_cut_is_opened_again(older: Gateway) -> None:
    with (
        FaultRelay(older.port) as relay,
        ray.init(relay.address, log_to_driver=False, direct=False) as context,
    ):
        use()
        relay.cut()
        use()
        assert poll(lambda: tunnels(older, context.session_id) > 1, within_s=30)


def test_where_tunnels_are_refused_the_gateway_relays(relay: FaultRelay, gateway: Gateway) -> None:
    relay.refuse_tunnels()
    with ray.init(relay.address, log_to_driver=False, direct=False) as context:
        use()
        relay.cut()
        use()
    assert poll(
        lambda: any("session.ended" in line and context.session_id in line for line in gateway.process.lines), 30
    )
    assert tunnels(gateway, context.session_id) == 0


def test_where_tunnels_are_refused_later_the_session_goes_on(relay: FaultRelay) -> None:
    with ray.init(relay.address, log_to_driver=False, direct=False):
        use()
        relay.refuse_tunnels()
        relay.cut()
        use()
