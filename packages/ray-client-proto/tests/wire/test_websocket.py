"""Frames and handshakes of RFC 6455, with a well-kept library as the other end: rules S1 to S4."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto import ConnectionType, WSConnection
from wsproto.connection import Connection
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, Ping, Pong, Request

from ray_client_proto.wire import requests, websocket
from ray_client_proto.wire.errors import ProtocolError
from ray_client_proto.wire.websocket import Decoder, Frame

SECRET = bytes(range(32))
HEADERS = requests.headers("an-id", SECRET, "token")
KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def pieces(data: bytes, size_bytes: int) -> list[bytes]:
    return [data[place : place + size_bytes] for place in range(0, len(data), size_bytes)]


@pytest.mark.parametrize("size_bytes", [0, 1, 125, 126, 65535, 65536, 200_000])
@pytest.mark.parametrize("is_client", [True, False])
def test_s2_the_library_reads_what_we_write(size_bytes: int, is_client: bool) -> None:
    peer = Connection(ConnectionType.SERVER if is_client else ConnectionType.CLIENT)
    message = bytes(range(256)) * (size_bytes // 256) + bytes(size_bytes % 256)
    peer.receive_data(websocket.header(websocket.BINARY, size_bytes, is_client) + message)
    assert b"".join(bytes(event.data) for event in peer.events() if isinstance(event, BytesMessage)) == message


@pytest.mark.parametrize("size_bytes", [0, 1, 125, 126, 65535, 65536, 200_000])
@pytest.mark.parametrize("kind", [ConnectionType.CLIENT, ConnectionType.SERVER])
def test_s3_we_read_what_the_library_writes(size_bytes: int, kind: ConnectionType) -> None:
    """A client of the library masks in earnest."""
    peer = Connection(kind)
    message = bytes(range(256)) * (size_bytes // 256) + bytes(size_bytes % 256)
    sent = peer.send(BytesMessage(message)) + peer.send(Ping(b"?")) + peer.send(BytesMessage(b"next"))
    for cut in (1, 7, len(sent)):
        if cut == 1 and size_bytes > 1000:
            continue
        decoder = Decoder(1 << 20)
        frames = [frame for piece in pieces(sent, cut) for frame in decoder.feed(piece)]
        assert frames == [
            Frame(websocket.BINARY, message),
            Frame(websocket.PING, b"?"),
            Frame(websocket.BINARY, b"next"),
        ]


def test_s3_a_message_in_fragments_with_a_ping_between() -> None:
    peer = Connection(ConnectionType.CLIENT)
    sent = peer.send(BytesMessage(b"one ", message_finished=False)) + peer.send(Ping(b""))
    sent += peer.send(BytesMessage(b"two ", message_finished=False)) + peer.send(BytesMessage(b"three"))
    frames = list(Decoder(100).feed(sent))
    assert frames == [Frame(websocket.PING, b""), Frame(websocket.BINARY, b"one two three")]


def test_control_frames() -> None:
    peer = Connection(ConnectionType.SERVER)
    for opcode, payload in ((websocket.PONG, b"!"), (websocket.CLOSE, websocket.closing(websocket.NORMAL))):
        peer.receive_data(websocket.header(opcode, len(payload), True) + payload)
    pong, close = peer.events()
    assert isinstance(pong, Pong) and bytes(pong.payload) == b"!"
    assert isinstance(close, CloseConnection) and close.code == websocket.NORMAL


@given(st.binary(max_size=300), st.integers(1, 40))
def test_bytes_of_strangers_give_frames_or_an_error(data: bytes, cut: int) -> None:
    decoder = Decoder(200)
    try:
        for piece in pieces(data, cut):
            for frame in decoder.feed(piece):
                assert len(frame.payload) <= 200
    except ProtocolError as error:
        assert str(error).startswith("S")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xc2\x00", "S3"),  # a reserved bit
        (b"\x83\x00", "S3"),  # an opcode that there is not
        (b"\x80\x00", "S3"),  # a continuation of nothing
        (b"\x02\x00\x82\x00", "S3"),  # a message inside another
        (b"\x09\x00", "S3"),  # a ping in fragments
        (b"\x89\x7e\x00\x80", "S3"),  # a ping that is too long
        (b"\x82\x7f" + (1 << 62).to_bytes(8, "big"), "S4"),
        (b"\x02\x64" + bytes(100) + b"\x80\x64", "S4"),  # in sum
    ],
)
def test_what_breaks_the_rules_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(ProtocolError, match=why):
        list(Decoder(150).feed(data))


def test_s4_what_is_announced_takes_no_memory() -> None:
    decoder = Decoder(1 << 30)
    assert list(decoder.feed(b"\x82\x7f" + (1 << 29).to_bytes(8, "big"))) == []
    assert len(decoder._buffer) == 10


def test_s1_the_library_accepts_our_request() -> None:
    peer = WSConnection(ConnectionType.SERVER)
    peer.receive_data(websocket.request("head:20001", KEY, HEADERS))
    [asked] = peer.events()
    assert isinstance(asked, Request) and asked.target == websocket.PATH and asked.subprotocols == [websocket.PROTOCOL]
    answer = peer.send(AcceptConnection(subprotocol=websocket.PROTOCOL))
    assert websocket.is_accepted(answer, KEY)
    assert not websocket.is_accepted(answer, KEY + "=")


def test_s1_we_accept_the_librarys_request() -> None:
    peer = WSConnection(ConnectionType.CLIENT)
    extra = [(name.encode(), value.encode()) for name, value in HEADERS]
    head = peer.send(
        Request(host="head", target=websocket.PATH, subprotocols=[websocket.PROTOCOL], extra_headers=extra)
    )
    request, answer = websocket.read_request(head)
    assert request.session_id == "an-id" and request.has_secret(SECRET) and request.has_token(SECRET, "token")
    assert not request.has_token(SECRET, "another")
    peer.receive_data(answer)
    [accepted] = peer.events()
    assert isinstance(accepted, AcceptConnection) and accepted.subprotocol == websocket.PROTOCOL


@pytest.mark.parametrize(
    "changed",
    [
        ("GET /session HTTP/1.1", "GET /other HTTP/1.1"),
        ("GET /session HTTP/1.1", "GET /session/other HTTP/1.1"),
        ("GET /session HTTP/1.1", "GET session HTTP/1.1"),
        ("GET /session HTTP/1.1", "PUT /session HTTP/1.1"),
        ("GET /session HTTP/1.1", "GET /session HTTP/1.0"),
        ("Upgrade: websocket", "Upgrade: h2c"),
        ("Version: 13", "Version: 8"),
        (websocket.PROTOCOL, "chat"),
        ("Host:", "Host"),
    ],
)
def test_s1_another_request_is_none(changed: tuple[str, str]) -> None:
    head = websocket.request("head", KEY, HEADERS).replace(changed[0].encode(), changed[1].encode(), 1)
    with pytest.raises(ValueError):
        websocket.read_request(head)


@pytest.mark.parametrize("kind", [websocket.DATA, websocket.LANE, websocket.LOGS])
def test_s9_what_a_proxy_has_before_the_path_does_not_matter(kind: bytes) -> None:
    head = websocket.request("head", KEY, HEADERS, kind, "/clusters/blue")
    assert websocket.read_request(head)[0].session_id == "an-id"
    assert websocket.kind_of(head) == kind


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0\r\nno header\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\n\r\n",
        b"\xff\r\n\r\n",
        b"HTTP/1.1 101 \r\n\r\n",
    ],
)
def test_s1_what_is_no_answer_accepts_nothing(answer: bytes) -> None:
    assert not websocket.is_accepted(answer, KEY)
