"""Connections that the gateway gives away to drivers (docs/protocol.md, rule S1)."""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path

import grpc
import pytest

from ray_client_proto.sockets import MessageSocket
from ray_client_proto.v1 import gateway_pb2 as pb
from ray_client_proto.v1 import gateway_pb2_grpc
from ray_client_proto.wire import tunnel, websocket
from ray_client_server.config import TlsSettings, given_path

TOKEN = "a-token-of-enough-characters"
KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def request_for(opened, token=None, secret=None, kind=websocket.DATA):
    headers = tunnel.headers(opened.session_id, opened.secret if secret is None else secret, token)
    return websocket.request("head", KEY, headers, kind)


@contextlib.contextmanager
def driver_of(rig, kind=websocket.DATA):
    """Listen as the driver does; what it is given comes back as an echo, if it is of this kind."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(given_path(rig.drivers[0].settings.socket_path))
        listener.listen()

        def echo():
            with contextlib.suppress(OSError):
                gateway, _ = listener.accept()
                with gateway:
                    first, files, _, _ = socket.recv_fds(gateway, 65536, 1)
                assert first[:1] == kind
                messages = MessageSocket(
                    socket.socket(fileno=files[0]), is_client=False, limit_bytes=1 << 20, first=first[1:]
                )
                while (message := messages.receive()) is not None:
                    messages.post(message)
                messages.finish()
                messages.release()

        threading.Thread(target=echo, daemon=True).start()
        yield


def ask(rig, *pieces):
    """Say something to the port, and give the connection and the head of the answer."""
    connection = socket.create_connection(("127.0.0.1", rig.port), 20)
    for piece in pieces:
        connection.sendall(piece)
    answer = b""
    while not tunnel.head_size(answer) and (part := connection.recv(65536)):
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
        head = tunnel.head_size(answer)
        assert websocket.is_accepted(answer[:head], KEY)
        messages = MessageSocket(connection, is_client=True, limit_bytes=1 << 20, first=answer[head:])
        assert messages.receive() == b"early"
        for message in (b"", b"x" * 300_000):
            messages.post(message)
            assert messages.receive() == message
        messages.finish()
        assert messages.receive() is None
        messages.release()


@pytest.mark.parametrize("kind", [websocket.LANE, websocket.LOGS])
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


def test_s1_nothing_goes_in_clear_where_tls_is_asked_for(make_rig, certificate):
    rig = make_rig(tls=TlsSettings(*certificate))
    connection, answer = ask(rig, websocket.request("head", KEY, tunnel.headers("x", b"y", None)))
    assert answer.startswith(b"HTTP/1.1 400 ")
    connection.close()


def test_the_capability_is_not_offered_with_tls(make_rig, certificate):
    client = pb.ClientInfo(
        protocol=pb.ProtocolRange(oldest=1, newest=1), capabilities=["lanes", "socket", "tunnel", "bulk"]
    )
    for tls, agreed in ((None, ["bulk", "lanes", "socket"]), (TlsSettings(*certificate), ["bulk"])):
        rig = make_rig(tls=tls)
        rig.script.capabilities = ["lanes", "socket"]
        if tls is None:
            assert rig.open(client=client).capabilities == agreed
        else:
            channel = grpc.secure_channel(
                f"localhost:{rig.port}", grpc.ssl_channel_credentials(Path(certificate[0]).read_bytes())
            )
            with channel:
                stub = gateway_pb2_grpc.GatewayStub(channel)
                *_, last = stub.OpenSession(rig.request(client=client), timeout=20)
            assert last.opened.capabilities == agreed
