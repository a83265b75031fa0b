"""Messages over real sockets: rules S2 to S5."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from ray_client_proto import sockets, tls
from ray_client_proto.sockets import ClosedError, MessageSocket
from ray_client_proto.wire import websocket
from ray_client_proto.wire.errors import ProtocolError

Pair = tuple[MessageSocket, MessageSocket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    near, far = socket.socketpair()
    ends = (
        MessageSocket(near, is_client=True, limit_bytes=1 << 20),
        MessageSocket(far, is_client=False, limit_bytes=1 << 20),
    )
    yield ends
    for end in ends:
        end.close()
        end.release()


def test_messages_come_whole_and_in_order_both_ways(pair: Pair) -> None:
    messages = [b"", b"x", b"y" * 70_000, bytes(range(256)) * 2000]
    for sender, receiver in (pair, pair[::-1]):
        thread = threading.Thread(target=lambda sender=sender: [sender.send(message) for message in messages])
        thread.start()
        assert [receiver.receive() for _ in messages] == messages
        thread.join()


def test_an_end_in_good_order_comes_after_all_that_was_sent(pair: Pair) -> None:
    client, server = pair
    server.send(b"last")
    server.finish()
    client.send(b"still")
    assert client.receive() == b"last" and client.receive() is None
    assert server.receive() == b"still"


def test_another_end_is_a_cut(pair: Pair) -> None:
    client, server = pair
    server.finish(websocket.FAILURES, "for a reason " + "é" * 100)
    with pytest.raises(ClosedError, match="code 4000: for a reason é") as caught:
        client.receive()
    assert (caught.value.code, caught.value.reason) == (websocket.FAILURES, "for a reason " + "é" * 53)
    client.close()
    client.close()
    with pytest.raises(OSError, match="closed"):
        server.receive()
    with pytest.raises(OSError):
        for _ in range(2):
            server.send(b"x")


def test_closing_wakes_whoever_receives(pair: Pair) -> None:
    ended = threading.Event()

    def receive() -> None:
        with pytest.raises(OSError):
            pair[0].receive()
        ended.set()

    threading.Thread(target=receive, daemon=True).start()
    pair[0].close()
    assert ended.wait(5)


def test_s2_a_text_is_no_message(pair: Pair) -> None:
    pair[0]._send(websocket.TEXT, b"hello")
    with pytest.raises(ProtocolError, match="S2"):
        pair[1].receive()


def test_s5_a_silent_peer_is_asked_and_one_that_answers_is_kept(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "QUIET_S", 0.02)
    client, server = pair
    thread = threading.Thread(target=client.receive, daemon=True)
    thread.start()
    done = threading.Event()

    def answer() -> None:
        server.receive()
        done.set()

    threading.Thread(target=answer, daemon=True).start()
    assert not done.wait(0.2) and thread.is_alive()  # several pings have been answered
    server.send(b"x")
    thread.join(5)
    client.send(b"y")
    assert done.wait(5)


def test_s5_a_peer_that_gives_no_sign_of_life_is_gone(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "QUIET_S", 0.02)
    monkeypatch.setattr(sockets, "ANSWER_S", 0.02)
    with pytest.raises(OSError, match="no sign of life"):
        pair[0].receive()


def test_s5_a_ping_never_waits(pair: Pair) -> None:
    client, server = pair
    server.ping()
    server.send(b"x")
    assert client.receive() == b"x"  # it has answered by then
    with server._sending:
        server.ping()
    client.send(b"y")
    assert server.receive() == b"y"
    client.close()
    server.ping()


def test_what_was_read_before_counts() -> None:
    near, far = socket.socketpair()
    first = websocket.header(websocket.BINARY, 5, True) + b"early"
    messages = MessageSocket(near, is_client=False, limit_bytes=100, first=first[:4])
    far.sendall(first[4:])
    assert messages.receive() == b"early"
    messages.release()
    far.close()


def test_without_poll_select_does(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(tls.select, "poll", raising=False)
    pair[0].send(b"x")
    assert pair[1].receive() == b"x"
