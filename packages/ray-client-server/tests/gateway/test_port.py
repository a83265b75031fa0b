"""Requests for drivers on the public port, and where it sends what is none (docs/protocol.md, rules S1 and S10)."""

from __future__ import annotations

import contextlib
import logging
import socket
import time

import pytest

from ray_client_proto.v1 import gateway_pb2 as pb
from ray_client_proto.wire import requests, websocket
from ray_client_server.config import Limits
from ray_client_server.gateway import listening
from ray_client_server.gateway.listening import listen

TOKEN = "a-token-of-enough-characters"
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
BEARER = ("authorization", "Bearer " + TOKEN)


def ask(rig, *pieces):
    """Say something to the port, in pieces, and give what comes until it hangs up."""
    with socket.create_connection(("127.0.0.1", rig.port), 20) as connection:
        for piece in pieces:
            connection.sendall(piece)
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while part := connection.recv(65536):
                answer += part
        return answer


def request(session_id="x", secret=b"", token=None):
    return websocket.request("head", KEY, requests.headers(session_id, secret, token))


def request_for(opened, token=None):
    return request(opened.session_id, opened.secret, token)


def test_s1_a_request_may_come_in_any_pieces(rig):
    whole = request()
    for size in (1, 3, 8, 20):
        pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
        assert ask(rig, *pieces).startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize("given", [None, "", TOKEN + "x"])
def test_s10_without_the_token_nobody_gets_near_a_driver(make_rig, given):
    rig = make_rig(token=TOKEN)
    *_, last = rig.stub.OpenSession(rig.request(), metadata=[BEARER])
    assert ask(rig, request_for(last.opened, given)).startswith(b"HTTP/1.1 401 ")
    *_, stolen = requests.headers(last.opened.session_id, b"another", TOKEN)
    own = request_for(last.opened).rstrip().rpartition(b"\r\n")[0]
    assert ask(rig, own + b"\r\n" + ": ".join(stolen).encode() + b"\r\n\r\n").startswith(b"HTTP/1.1 401 ")


def test_s10_an_unknown_id_and_a_wrong_secret_look_the_same(rig):
    opened = rig.open()
    wrong, other = request(opened.session_id, b"\0" * 32), request("0" * 36, opened.secret)
    answers = {ask(rig, head) for head in (wrong, other)}
    assert answers == {requests.refusal(404, "Not Found")}


def test_s10_who_saw_a_request_gets_nothing_for_it(make_rig):
    rig = make_rig(token=TOKEN)
    *_, last = rig.stub.OpenSession(rig.request(), metadata=[BEARER])
    seen = request_for(last.opened, TOKEN)
    assert ask(rig, seen).startswith(b"HTTP/1.1 503 ")  # no driver takes connections here
    assert ask(rig, seen).startswith(b"HTTP/1.1 401 ")
    assert ask(rig, request_for(last.opened, TOKEN)).startswith(b"HTTP/1.1 503 ")


@pytest.mark.parametrize("is_ahead", [True, False])
def test_s10_who_counts_otherwise_is_told_and_comes_in_the_next_time(rig, is_ahead):
    opened = rig.open()
    asker = requests.Asker(opened.session_id, opened.secret, None)
    counting = asker if is_ahead else rig.sessions[0].proofs
    counting._opened_s -= 3600
    asked = asker()
    refusal = ask(rig, websocket.request("head", KEY, asked))
    assert refusal.startswith(b"HTTP/1.1 401 ") and opened.secret not in refusal
    assert asker.learn(asked, refusal)
    assert ask(rig, websocket.request("head", KEY, asker())).startswith(b"HTTP/1.1 503 ")  # no driver is here


def test_s10_an_ended_session_and_one_whose_driver_is_not_there_are_told_apart(rig):
    rig.script.obeys = False
    opened = rig.open()
    assert ask(rig, request_for(opened)).startswith(b"HTTP/1.1 503 ")
    rig.stub.CloseSession(pb.CloseSessionRequest(reason="had enough"), metadata=rig.identity(opened))
    assert ask(rig, request_for(opened)).startswith(b"HTTP/1.1 410 ")


@pytest.mark.parametrize("head", [b"GET http://elsewhere/ HTTP/1.1\r\n\r\n", b"GET \xff\r\n\r\n", b"GET \r\n\r\n"])
def test_s10_the_port_is_no_proxy(rig, head):
    assert ask(rig, head).startswith(b"HTTP/1.1 400 ")


def test_s10_a_request_without_end_is_refused(make_rig):
    rig = make_rig(limits=Limits(metadata_bytes=1000))
    assert ask(rig, b"GET /session HTTP/1.1\r\n", b"a: b\r\n" * 300).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("said", [b"", b"GET", request()[:-2]])
def test_who_does_not_say_where_to_is_hung_up_on(make_rig, said):
    rig = make_rig(limits=Limits(handshake_s=0.3))
    assert ask(rig, said) == b""


@pytest.mark.parametrize("said", [request(), b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"])
def test_who_says_it_byte_by_byte_is_hung_up_on(make_rig, said):
    rig = make_rig(limits=Limits(handshake_s=0.5))
    with socket.create_connection(("127.0.0.1", rig.port), 20) as connection:
        connection.settimeout(0.1)
        begun_s, is_over = time.monotonic(), False
        for byte in said * 100:
            with contextlib.suppress(TimeoutError):
                try:
                    connection.sendall(bytes((byte,)))
                    is_over = connection.recv(4096) == b""
                except OSError as error:
                    if isinstance(error, TimeoutError):
                        raise
                    is_over = True
            if is_over:
                break
        assert is_over and time.monotonic() - begun_s < 5


CONNECT = b"CONNECT session HTTP/1.1\r\n\r\n"  # for a tunnel of release 0.2.0


@pytest.mark.parametrize(
    "said", [b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x00\x05hello", CONNECT, b"G\n", b"\0" * 100]
)
def test_s1_what_is_no_request_is_answered_by_the_gateways_server(rig, said):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(20)
        connection.connect(rig.gateway._server_path)
        connection.sendall(said)
        connection.shutdown(socket.SHUT_WR)
        direct = connection.recv(4096)
    with socket.create_connection(("127.0.0.1", rig.port), 20) as connection:
        connection.sendall(said)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(4096) == direct


def test_the_log_names_the_caller(make_rig, refused, caplog):
    rig = make_rig(token=TOKEN)
    with caplog.at_level(logging.WARNING, "ray_client_server"):
        refused(lambda: rig.stub.GetServerInfo(pb.ServerInfoRequest()))
    assert "peer=ipv4:127.0.0.1:" in caplog.text


def test_the_port_is_free_and_nothing_is_left_once_it_has_stopped(make_rig):
    rig = make_rig()
    assert rig.open()
    rig.do(rig.gateway.stop(is_urgent=True))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", rig.port), 5)
    assert not rig.gateway._front._splices


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "[::]", "[::1]"])
def test_every_address_of_a_host_listens_on_one_port(host):
    if "::1" in host and not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    listeners = listen(host, 0)
    try:
        (port,) = {listener.getsockname()[1] for listener in listeners}
        reached = "::1" if host == "[::1]" else "127.0.0.1"
        socket.create_connection((reached, port), 5).close()
    finally:
        for listener in listeners:
            listener.close()


def test_so_many_connections_wait_to_be_accepted(monkeypatch):
    monkeypatch.setattr(listening, "_BACKLOG", 2)
    with contextlib.ExitStack() as stack:
        (listener,) = map(stack.enter_context, listen("127.0.0.1", 0))
        for _ in range(3):  # one more than that, as Linux counts
            stack.enter_context(socket.create_connection(listener.getsockname(), 5))
        with pytest.raises(TimeoutError):
            socket.create_connection(listener.getsockname(), 0.3)


def test_a_host_of_another_machine_is_an_error():
    with pytest.raises(OSError, match="assign"):
        listen("192.0.2.1", 0)


async def _call(function):
    function()
