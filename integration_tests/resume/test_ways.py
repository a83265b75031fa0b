"""How a session's connections lead to its driver, and where one way is not there (rules H5, S1 and S5)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cluster import Head
from fault_relay import FaultRelay
from gateway import Gateway
from processes import poll
from ways import WAY

import ray_client as ray
from ray_client_proto.wire.handshake import CAPABILITIES

pytestmark = pytest.mark.skipif(WAY != "socket", reason="these choose their way themselves")

LARGE = bytes(range(256)) * 10_000


@ray.remote
def turn(value: bytes) -> bytes:
    return value[::-1]


def use() -> None:
    """See to it that small and large values go both ways."""
    assert ray.get(turn.remote(b"abc")) == b"cba"
    assert ray.get(turn.remote(LARGE)) == LARGE[::-1]


def has_ended(gateway: Gateway, session_id: str) -> bool:
    """Whether the gateway has logged a session's end, which comes after all else about it."""
    return poll(lambda: any("session.ended" in line and session_id in line for line in gateway.process.lines), 30)


@pytest.fixture(scope="module")
def relaying(head: Head) -> Iterator[Gateway]:
    """A gateway that offers no sockets, as to clients of older releases."""
    names = [name for name in CAPABILITIES if name not in ("lanes", "local", "socket", "socket_tls")]
    gateway = Gateway.start(head.address, claims={"capabilities": names})
    yield gateway
    gateway.close()


def test_a_session_from_elsewhere_is_given_away(gateway: Gateway) -> None:
    with ray.init(gateway.address, log_to_driver=False, direct=False) as context:
        use()
        assert gateway.has_given_away(context.session_id)


def test_h5_a_session_of_this_machine_asks_the_driver_itself(gateway: Gateway) -> None:
    with ray.init(gateway.address, log_to_driver=False) as context:
        use()
        session_id = context.session_id
    assert has_ended(gateway, session_id)
    assert not any("socket.given" in line and session_id in line for line in gateway.process.lines)


def test_where_no_socket_is_offered_all_goes_by_grpc(relaying: Gateway) -> None:
    with FaultRelay(relaying.port) as relay, ray.init(relay.address, log_to_driver=False) as context:
        use()
        relay.cut()
        use()
        relay.cut_after(1_000_000, "up")
        assert ray.get(ray.put(LARGE)) == LARGE
        relay.cut_after(1_000_000, "down")
        assert ray.get(turn.remote(LARGE)) == LARGE[::-1]
        session_id = context.session_id
    assert has_ended(relaying, session_id)
    assert not any("socket.given" in line for line in relaying.process.lines)


def test_where_requests_are_refused_the_gateway_relays(relay: FaultRelay, gateway: Gateway) -> None:
    relay.refuse_requests()
    with ray.init(relay.address, log_to_driver=False, direct=False) as context:
        use()
        relay.cut()
        use()
        session_id = context.session_id
    assert has_ended(gateway, session_id)
    assert not any("socket.given" in line and session_id in line for line in gateway.process.lines)


def test_where_requests_are_refused_later_the_session_goes_on(relay: FaultRelay) -> None:
    with ray.init(relay.address, log_to_driver=False, direct=False):
        use()
        relay.refuse_requests()
        relay.cut()
        use()
