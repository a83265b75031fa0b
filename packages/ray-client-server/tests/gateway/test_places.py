"""Who may have a connection to the gateway, and that those who say nothing keep nobody out."""

from __future__ import annotations

import contextlib
import resource
import socket
import threading

import grpc
import pytest

from ray_client_proto.v1 import gateway_pb2 as pb
from ray_client_proto.v1 import gateway_pb2_grpc
from ray_client_server.config import Limits
from ray_client_server.gateway import files
from ray_client_server.gateway.places import STRANGERS, Places

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + b"\4" + bytes(5)  # with empty settings


def taken(places, count, address="ipv4:10.0.0.1"):
    cut = []
    for port in range(count):
        peer = f"{address}:{port}"
        assert places.take(peer, 10, lambda peer=peer: cut.append(peer))
    return cut


def test_one_stranger_too_many_ends_the_one_that_waited_longest():
    places = Places(65536, 10_000)
    cut = taken(places, STRANGERS + 2)
    assert cut == ["ipv4:10.0.0.1:0", "ipv4:10.0.0.1:1"]


def test_the_address_with_most_strangers_loses_one():
    places = Places(65536, 10_000)
    assert places.take("ipv4:10.0.0.2:1", 10, pytest.fail)
    cut = taken(places, STRANGERS + 20)
    assert len(cut) == 21


def test_strangers_have_fewer_places_where_there_are_few_files():
    assert len(taken(Places(1024, 10_000), 400)) == 400 - 1024 // 8


def test_who_has_made_a_call_is_never_cut():
    places = Places(65536, 10_000)
    assert places.take("ipv4:10.0.0.1:99999", 10, pytest.fail)
    places.admit("ipv4:10.0.0.1:99999")
    taken(places, STRANGERS + 20)


def test_connections_of_one_address_are_bounded_and_others_come_in(caplog):
    places = Places(65536, 3)
    taken(places, 3)
    for port in range(3):
        places.admit(f"ipv4:10.0.0.1:{port}")
    assert not places.take("ipv4:10.0.0.1:7", 10, pytest.fail)
    assert "places.refused" in caplog.text
    assert places.take("ipv4:10.0.0.2:7", 10, pytest.fail)
    places.leave("ipv4:10.0.0.1:0")
    assert places.take("ipv4:10.0.0.1:7", 10, pytest.fail)


def test_near_the_limit_of_files_a_stranger_is_refused_with_one_line(caplog):
    places = Places(1024, 1000)
    taken(places, 1)
    places.admit("ipv4:10.0.0.1:0")
    for port in range(50):
        assert not places.take(f"ipv4:10.0.0.3:{port}", files.ceiling(1024), pytest.fail)
    assert len(caplog.records) == 1


def test_what_has_left_holds_no_place():
    places = Places(65536, 2)
    for port in range(100):
        assert places.take(f"ipv4:10.0.0.1:{port}", 10, pytest.fail)
        places.admit(f"ipv4:10.0.0.1:{port}")
        places.leave(f"ipv4:10.0.0.1:{port}")
    assert not places._known and not places._strangers


def test_the_limit_of_files_is_raised_to_what_the_system_allows():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 512), hard))
    try:
        wanted = files.MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, files.MOST_FILES)
        assert files.raise_limit() == wanted == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def crowd(rig):
    """Open so many connections that say so much, and hold them."""
    with contextlib.ExitStack() as stack:

        def come(count, said):
            for _ in range(count):
                connection = stack.enter_context(socket.create_connection(("127.0.0.1", rig.port), 20))
                connection.sendall(said)

        yield come


@pytest.mark.parametrize("said", [b"", b"GET /sess", b"P", PREFACE])
def test_many_that_do_nothing_keep_nobody_out(rig, crowd, said):
    places = rig.gateway._front._places
    places._most_strangers = 20
    crowd(100, said)
    assert rig.open().session_id
    rig.until(lambda: sum(map(len, places._strangers.values())) <= 20)
    rig.until(lambda: len(rig.gateway._front._splices) <= 21)


def test_where_calls_have_no_name_their_connections_are_known_at_once(rig, monkeypatch):
    monkeypatch.setattr("ray_client_server.gateway.front.bind_as", lambda *_: None)  # as on systems that lack it
    assert rig.open()
    assert not rig.gateway._front._places._strangers and rig.gateway._front._places._known


def test_a_client_with_a_call_outlives_a_crowd(rig, crowd):
    rig.gateway._front._places._most_strangers = 20
    opened = rig.open()
    stop = threading.Event()
    echo = rig.call("Data", opened)(iter(lambda: None if stop.wait(0.01) else b"x", None))
    assert next(echo) == b"x"
    crowd(100, PREFACE)
    assert next(echo) == b"x"
    stop.set()


def test_a_connection_without_a_call_ends(make_rig):
    rig = make_rig(limits=Limits(idle_s=0.3))
    with socket.create_connection(("127.0.0.1", rig.port), 20) as connection:
        connection.sendall(PREFACE)
        while connection.recv(4096):
            pass
    with grpc.insecure_channel(f"127.0.0.1:{rig.port}") as channel:  # whose channel comes again by itself
        stub = gateway_pb2_grpc.GatewayStub(channel)
        ended = threading.Event()
        channel.subscribe(lambda state: ended.set() if state == grpc.ChannelConnectivity.IDLE else None)
        assert stub.GetServerInfo(pb.ServerInfoRequest(), timeout=10).version
        ended.clear()
        assert ended.wait(20)
        assert stub.GetServerInfo(pb.ServerInfoRequest(), timeout=10).version
