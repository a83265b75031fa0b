"""Connections that the gateway gives away to drivers (docs/protocol.md, rule S1)."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import queue
import socket
import threading
from pathlib import Path

import grpc
import pytest

from ray_client_proto import tls
from ray_client_proto.sockets import MessageSocket
from ray_client_proto.v1 import gateway_pb2 as pb
from ray_client_proto.v1 import gateway_pb2_grpc
from ray_client_proto.wire import requests, websocket
from ray_client_server.config import TlsSettings, given_path
from ray_client_server.gateway import front

TOKEN = "a-token-of-enough-characters"
KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def request_for(opened, token=None, secret=None, kind=websocket.DATA):
    headers = requests.headers(opened.session_id, opened.secret if secret is None else secret, token)
    return websocket.request("head", KEY, headers, kind)


@contextlib.contextmanager
def driver_of(rig, kind=websocket.DATA, begin=lambda connection, first: connection):
    """Listen as the driver does; what it is given comes back as an echo, if it is of this kind."""
    path = given_path(rig.drivers[0].settings.socket_path, rig.drivers[0].settings.tls)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()

        def echo():
            with contextlib.suppress(OSError):
                gateway, _ = listener.accept()
                with gateway:
                    first, files, _, _ = socket.recv_fds(gateway, 65536, 1)
                assert first[:1] == kind
                with socket.socket(fileno=files[0]) as connection:
                    near = begin(connection, first[1:])
                    early = first[1:] if near is connection else b""
                    messages = MessageSocket(near, is_client=False, limit_bytes=1 << 20, first=early)
                    while (message := messages.receive()) is not None:
                        messages.post(message)
                    messages.finish()

        thread = threading.Thread(target=echo, daemon=True)
        thread.start()
        yield
        thread.join(20)
    os.unlink(path)


def ask(rig, *pieces):
    """Say something to the port, and give the connection and the head of the answer."""
    connection = socket.create_connection(("127.0.0.1", rig.port), 20)
    for piece in pieces:
        connection.sendall(piece)
    answer = b""
    while not requests.head_size(answer) and (part := connection.recv(65536)):
        answer += part
    return connection, answer


@pytest.mark.parametrize("pieces", [1, 3])
def test_s1_the_driver_has_the_connection_from_then_on(rig, pieces):
    opened = rig.open()
    early = websocket.header(websocket.BINARY, 5, True) + b"early"
    whole = request_for(opened) + early
    size = len(whole) // pieces + 1
    with driver_of(rig):
        connection, answer = ask(rig, *(whole[at : at + size] for at in range(0, len(whole), size)))
        head = requests.head_size(answer)
        assert websocket.is_accepted(answer[:head], KEY)
        messages = MessageSocket(connection, is_client=True, limit_bytes=1 << 20, first=answer[head:])
        assert messages.receive() == b"early"
        for message in (b"", b"x" * 300_000):
            messages.post(message)
            assert messages.receive() == message
        messages.finish()
        assert messages.receive() is None
        messages.release()


def test_what_a_client_does_not_take_is_not_kept_for_long(rig, monkeypatch):
    monkeypatch.setattr(front, "_UNANSWERED_S", 0.3)
    opened, cut = rig.open(), queue.SimpleQueue()

    def send(connection, first):
        connection.settimeout(10)
        with pytest.raises(OSError) as caught:
            while True:
                connection.sendall(bytes(1 << 20))
        cut.put(caught.value.errno)
        return connection

    with driver_of(rig, begin=send):
        connection, answer = ask(rig, request_for(opened))
        with connection:
            assert websocket.is_accepted(answer[: requests.head_size(answer)], KEY)
            assert cut.get(timeout=20) == errno.ETIMEDOUT


@pytest.mark.parametrize("kind", [websocket.LANE, websocket.LOGS, websocket.CALL])
def test_s6_the_driver_is_told_the_kind(rig, kind):
    opened = rig.open()
    with driver_of(rig, kind):
        connection, answer = ask(rig, request_for(opened, kind=kind))
        assert websocket.is_accepted(answer, KEY)
        messages = MessageSocket(connection, is_client=True, limit_bytes=1 << 20)
        messages.send(b"hello")
        assert messages.receive() == b"hello"
        messages.finish()
        assert messages.receive() is None
        messages.release()


def test_s1_what_is_refused_gets_an_answer_and_no_driver(make_rig):
    rig = make_rig(token=TOKEN)
    *_, last = rig.stub.OpenSession(rig.request(), metadata=[("authorization", "Bearer " + TOKEN)])
    opened = last.opened
    for head, status in (
        (request_for(opened), b"401"),
        (request_for(opened, TOKEN, secret=b"another"), b"404"),
        (request_for(opened, TOKEN).replace(b"websocket", b"h2c"), b"400"),
        (request_for(opened, TOKEN).replace(b"/session", b"/session/other", 1), b"400"),
        (request_for(opened, TOKEN), b"503"),  # this driver takes none
    ):
        connection, answer = ask(rig, head)
        assert answer.startswith(b"HTTP/1.1 " + status), answer
        connection.close()


@contextlib.contextmanager
def encrypted(rig, certificate, **fields):
    """Open a session with TLS, where clients show the certificate too."""
    cert, key = (Path(path).read_bytes() for path in certificate)
    credentials = grpc.ssl_channel_credentials(cert, key, cert)
    with grpc.secure_channel(f"localhost:{rig.port}", credentials) as channel:
        *_, last = gateway_pb2_grpc.GatewayStub(channel).OpenSession(rig.request(**fields), timeout=20)
        yield last.opened


@pytest.mark.parametrize("wants_certificates", [False, True])
def test_s7_the_driver_ends_tls_on_what_it_is_given(make_rig, certificate, wants_certificates):
    authority = certificate[0] if wants_certificates else None
    rig = make_rig(tls=TlsSettings(*certificate, authority))
    with encrypted(rig, certificate) as opened:

        def accept(connection, first):
            return tls.accept(connection, tls.server_context(*certificate, authority), opened.secret, first, 20)

        shown, none = tls.client_context(certificate[0], *certificate), tls.client_context(certificate[0], None, None)
        for context, is_welcome in ((shown, True), (none, not wants_certificates)):
            with driver_of(rig, begin=accept):
                connection, answer = ask(rig, request_for(opened))
                assert websocket.is_accepted(answer, KEY)  # and nothing in clear after it
                messages = MessageSocket(
                    tls.connect(connection, context, "localhost", opened.secret, 20), is_client=True, limit_bytes=99
                )
                if is_welcome:
                    messages.post(b"hello")
                    assert messages.receive() == b"hello"
                    messages.finish()
                else:
                    with pytest.raises(OSError):
                        messages.receive()
                messages.release()


def test_s7_a_driver_that_speaks_no_tls_is_given_nothing_where_tls_is_asked_for(make_rig, certificate):
    rig = make_rig(tls=TlsSettings(*certificate))
    with encrypted(rig, certificate) as opened, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(given_path(rig.drivers[0].settings.socket_path, None))
        listener.listen()
        connection, answer = ask(rig, request_for(opened))
        assert answer.startswith(b"HTTP/1.1 503 ")
        connection.close()


def test_the_capabilities_say_who_ends_tls(make_rig, certificate):
    known = ["bulk", "lanes", "local", "socket", "socket_tls"]
    client = pb.ClientInfo(protocol=pb.ProtocolRange(oldest=1, newest=1), capabilities=known)
    rig = make_rig()
    rig.script.capabilities = ["lanes", "local", "socket"]
    assert rig.open(client=client).capabilities == ["bulk", "lanes", "local", "socket"]
    rig = make_rig(tls=TlsSettings(*certificate))
    rig.script.capabilities = ["lanes", "local", "socket"]
    with encrypted(rig, certificate, client=client) as opened:
        assert opened.capabilities == known
    built = json.dumps({"conda": "an-environment"})  # whose driver is told of no certificate
    with encrypted(rig, certificate, client=client, runtime_env_json=built) as opened:
        assert opened.capabilities == ["bulk", "local"]


def test_s9_a_request_may_come_with_the_path_and_the_headers_of_a_proxy(rig):
    opened = rig.open()
    head = websocket.request(
        "head", KEY, requests.headers(opened.session_id, opened.secret, None), prefix="/clusters/blue"
    )
    head = head.replace(b"\r\n\r\n", b"\r\nVia: a\r\nVia: b\r\nX-City: K\xf6ln\r\n\r\n")
    with driver_of(rig):
        connection, answer = ask(rig, head)
        assert websocket.is_accepted(answer, KEY)
        connection.close()
    connection, answer = ask(rig, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    connection.close()
