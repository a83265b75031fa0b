"""Messages over real sockets: rules S2 to S5."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from ray_client_proto import sockets
from ray_client_proto.sockets import ClosedError, MessageSocket
from ray_client_proto.wire import websocket
from ray_client_proto.wire.errors import ProtocolError

Pair = tuple[MessageSocket, MessageSocket]


@pytest.fixture
def pair(ends: tuple[socket.socket, socket.socket]) -> Iterator[Pair]:
    near, far = ends
    both = (
        MessageSocket(near, is_client=True, limit_bytes=1 << 20),
        MessageSocket(far, is_client=False, limit_bytes=1 << 20),
    )
    yield both
    for end in both:
        end.close()
        end.release()


def test_messages_come_whole_and_in_order_both_ways(pair: Pair) -> None:
    messages = [b"", b"x", b"y" * 70_000, bytes(range(256)) * 2000]
    for sender, receiver in (pair, pair[::-1]):
        thread = threading.Thread(target=lambda sender=sender: [sender.post(message) for message in messages])
        thread.start()
        assert [receiver.receive() for _ in messages] == messages
        thread.join()


def test_an_end_in_good_order_comes_after_all_that_was_sent(pair: Pair) -> None:
    client, server = pair
    server.post(b"last")
    server.finish()
    client.post(b"still")
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
    server.post(b"x")  # which nobody gets


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
    server.post(b"x")
    thread.join(5)
    client.post(b"y")
    assert done.wait(5)


def test_s5_a_peer_that_gives_no_sign_of_life_is_gone(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "QUIET_S", 0.02)
    monkeypatch.setattr(sockets, "ANSWER_S", 0.02)
    with pytest.raises(OSError, match="no sign of life"):
        pair[0].receive()


def test_nothing_waits_for_a_peer_that_does_not_read() -> None:
    near, far = socket.socketpair()
    freed = threading.Event()
    server = MessageSocket(near, is_client=False, limit_bytes=1 << 20, freed=freed.set)
    client = MessageSocket(far, is_client=True, limit_bytes=1 << 20)
    messages = [bytes([number]) * 200_000 for number in range(20)]
    assert server.is_free
    for message in messages:
        server.post(message)
        server.ping()
    server.finish()
    assert not server.is_free and not freed.is_set()
    assert [client.receive() for _ in messages] == messages
    assert client.receive() is None
    assert freed.wait(5) and server.is_free
    for end in (client, server):
        end.close()
        end.release()


def test_who_sends_at_the_moment_makes_nobody_wait(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever finds it not free waits for `freed`, which nobody calls after a ping that the system took at once."""
    _, server = pair
    seen: list[bool] = []
    send_now = sockets._send_now

    def look(*arguments: Any) -> int:
        seen.append(server.is_free)  # as another thread sees it, at this moment
        return send_now(*arguments)

    monkeypatch.setattr(sockets, "_send_now", look)
    server.ping()
    assert seen == [True]


def test_a_cut_ends_what_waits_for_the_peer() -> None:
    near, far = socket.socketpair()
    freed = threading.Event()
    server = MessageSocket(near, is_client=False, limit_bytes=1 << 20, freed=freed.set)
    for _ in range(20):
        server.post(bytes(200_000))
    server.close()
    server.release()
    assert freed.wait(5)
    far.close()


def test_frames_of_many_threads_do_not_mix(pair: Pair) -> None:
    sender, receiver = pair

    def send(number: int) -> None:
        for _ in range(50):
            sender.post(bytes([number]) * (1 + number * 3000))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    received = [receiver.receive() or b"" for _ in range(400)]
    for thread in threads:
        thread.join()
    assert sorted(received) == sorted(bytes([number]) * (1 + number * 3000) for number in range(8) for _ in range(50))


def test_what_was_read_before_counts() -> None:
    near, far = socket.socketpair()
    first = websocket.header(websocket.BINARY, 5, True) + b"early"
    messages = MessageSocket(near, is_client=False, limit_bytes=100, first=first[:4])
    far.sendall(first[4:])
    assert messages.receive() == b"early"
    messages.release()
    far.close()


def test_without_poll_select_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(sockets.select, "poll", raising=False)
    near, far = socket.socketpair()
    messages = MessageSocket(near, is_client=False, limit_bytes=100)
    far.sendall(websocket.header(websocket.BINARY, 1, True) + b"x")
    assert messages.receive() == b"x"
    messages.release()
    far.close()


def test_an_interpreter_that_ends_sends_in_the_thread_that_posts(
    ends: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    class NoThread:
        def __init__(self, *_: object, **__: object) -> None: ...

        def start(self) -> None:
            raise RuntimeError("can't create new thread at interpreter shutdown")

    lock = threading.Lock()

    def freed() -> None:
        with lock:
            pass

    near = MessageSocket(ends[0], is_client=True, limit_bytes=1 << 24, freed=freed)
    far = MessageSocket(ends[1], is_client=False, limit_bytes=1 << 24)
    message, received = bytes(10_000_000), list[bytes | None]()
    reader = threading.Thread(target=lambda: received.append(far.receive()))
    reader.start()
    with monkeypatch.context() as patch, lock:  # as whoever owns the channel has it
        patch.setattr(sockets, "Thread", NoThread)
        near.post(message)
    reader.join()
    assert received == [message] and near.is_free
    for end in near, far:
        end.close()
        end.release()
