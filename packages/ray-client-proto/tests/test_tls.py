"""TLS on real sockets: rules S7 and S8."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import NamedTuple, TypeVar

import pytest
import trustme

from ray_client_proto import sockets, tls
from ray_client_proto.sockets import MessageSocket
from ray_client_proto.tls import TlsSocket

T = TypeVar("T")

SECRET = b"s" * 32
NAME = "127.0.0.1"
WITHIN_S = 20.0
LARGE = bytes(range(256)) * 65536  # 16 MiB: more than the buffers of two sockets hold


class Files(NamedTuple):
    authority: str
    certificate: str
    key: str
    other_authority: str


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    directory = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    issued = authority.issue_cert(NAME, "head.example")
    found = Files(*(str(directory / name) for name in ("ca.pem", "cert.pem", "key.pem", "other.pem")))
    authority.cert_pem.write_to_path(found.authority)
    trustme.CA().cert_pem.write_to_path(found.other_authority)
    Path(found.certificate).write_bytes(b"".join(each.bytes() for each in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(found.key)
    return found


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def server(files: Files, client_ca: str | None = None) -> ssl.SSLContext:
    return tls.server_context(files.certificate, files.key, client_ca)


def client(files: Files) -> ssl.SSLContext:
    return tls.client_context(files.authority, None, None)


@pytest.fixture
def pair(files: Files, pool: ThreadPoolExecutor) -> Iterator[tuple[TlsSocket, TlsSocket]]:
    near, far = socket.socketpair()
    accepted = pool.submit(tls.accept, far, server(files), SECRET, b"", WITHIN_S)
    ends = tls.connect(near, client(files), NAME, SECRET, WITHIN_S), accepted.result()
    yield ends
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


def receive(end: TlsSocket, size_bytes: int) -> bytes:
    into = bytearray(size_bytes)
    view = memoryview(into)
    while view:
        got = end.recv_into(view)
        assert got
        view = view[got:]
    return bytes(into)


def through(passes: Callable[[socket.socket, socket.socket], None], pool: ThreadPoolExecutor) -> list[socket.socket]:
    """Give two ends of a connection, whose bytes a thread for each direction passes on as the test wants."""
    near, inner = socket.socketpair()
    far, outer = socket.socketpair()
    passing = [pool.submit(passes, inner, outer), pool.submit(passes, outer, inner)]

    def close() -> None:
        wait(passing)
        inner.close()
        outer.close()

    pool.submit(close)
    return [near, far]


def test_bytes_go_both_ways_at_once_though_nobody_reads_first(
    pair: tuple[TlsSocket, TlsSocket], pool: ThreadPoolExecutor
) -> None:
    sending = [pool.submit(end.sendall, LARGE) for end in pair]
    receiving = [pool.submit(receive, end, len(LARGE)) for end in pair]
    for each in sending:
        each.result(WITHIN_S)
    for received in receiving:
        assert hashlib.sha256(received.result(WITHIN_S)).digest() == hashlib.sha256(LARGE).digest()


def test_a_writer_that_waits_does_not_hold_up_the_reader(
    pair: tuple[TlsSocket, TlsSocket], pool: ThreadPoolExecutor
) -> None:
    one, other = pair
    stuck = pool.submit(one.sendall, LARGE)  # nobody reads it yet
    for number in range(200):
        other.sendall(number.to_bytes(4, "big"))
        assert receive(one, 4) == number.to_bytes(4, "big")
    assert not stuck.done()
    assert receive(other, len(LARGE)) == LARGE
    stuck.result(WITHIN_S)


def test_writers_of_several_threads_do_not_mix_their_bytes(
    pair: tuple[TlsSocket, TlsSocket], pool: ThreadPoolExecutor
) -> None:
    blocks = [bytes([number]) * 600_000 for number in range(4)]
    sending = [pool.submit(pair[0].sendmsg, [block[:7], memoryview(block)[7:]]) for block in blocks]
    received = {receive(pair[1], 600_000) for _ in blocks}
    assert received == set(blocks)
    assert [each.result(WITHIN_S) for each in sending] == [600_000] * 4


def test_what_is_decrypted_already_can_be_read_though_the_socket_is_silent(pair: tuple[TlsSocket, TlsSocket]) -> None:
    one, other = pair
    assert not other.is_readable(0)
    one.sendall(b"abc")
    assert other.is_readable(WITHIN_S) and not tls.is_ready(other, 0)  # type: ignore[arg-type]
    assert other.is_readable(0) and other.recv(2) == b"ab"
    assert other.is_readable(0) and receive(other, 1) == b"c"
    assert not other.is_readable(0)
    one.sendall(b"d" * 20_000)  # two records
    assert other.is_readable(WITHIN_S)
    assert receive(other, 20_000) == b"d" * 20_000


def test_with_dontwait_nothing_that_was_not_counted_is_lost(pair: tuple[TlsSocket, TlsSocket]) -> None:
    one, other = pair
    data, sent, received = LARGE[: 4 << 20], 0, b""
    while sent < len(data):
        try:
            sent += one.sendmsg(
                [memoryview(data)[sent : sent + 5], memoryview(data)[sent + 5 :]], (), socket.MSG_DONTWAIT
            )
        except BlockingIOError:
            while other.is_readable(0.05):
                received += other.recv(1 << 20)
    while len(received) < len(data):
        received += other.recv(1 << 20)
    assert received == data and not other.is_readable(0)


def test_calls_that_wait_for_a_bounded_time_lose_nothing(
    pair: tuple[TlsSocket, TlsSocket], pool: ThreadPoolExecutor
) -> None:
    one, other = pair
    one.settimeout(0.02)
    with pytest.raises(TimeoutError):
        one.recv_into(bytearray(10))

    def send() -> int:
        sent = timeouts = 0
        while sent < len(LARGE):
            try:
                sent += one.sendmsg([memoryview(LARGE)[sent : sent + 9], memoryview(LARGE)[sent + 9 :]])
            except TimeoutError:
                timeouts += 1
                full.set()
        return timeouts

    full = threading.Event()
    sending = pool.submit(send)
    assert full.wait(WITHIN_S)
    assert receive(other, len(LARGE)) == LARGE
    assert sending.result(WITHIN_S) > 0 and not other.is_readable(0)


def test_a_rest_that_the_system_did_not_take_goes_before_what_is_sent_next(
    pair: tuple[TlsSocket, TlsSocket], pool: ThreadPoolExecutor
) -> None:
    one, other = pair
    sent = one.send(LARGE, socket.MSG_DONTWAIT)
    assert 0 < sent < len(LARGE)
    with pytest.raises(BlockingIOError):
        one.send(b"ping", socket.MSG_DONTWAIT)
    rest = pool.submit(one.sendall, memoryview(LARGE)[sent:])
    assert receive(other, len(LARGE)) == LARGE
    rest.result(WITHIN_S)


def test_one_byte_at_a_time(files: Files, pool: ThreadPoolExecutor) -> None:
    def crumble(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(1):
                target.sendall(piece)

    near, far = through(crumble, pool)
    accepted = pool.submit(tls.accept, far, server(files), SECRET, b"", WITHIN_S)
    one, other = tls.connect(near, client(files), NAME, SECRET, WITHIN_S), accepted.result()
    one.sendall(b"x" * 20_000)
    assert receive(other, 20_000) == b"x" * 20_000
    other.sendall(b"back")
    assert one.is_readable(WITHIN_S) and one.recv(10) == b"back"
    for end in (one, other):
        end.shutdown(socket.SHUT_RDWR)
        end.close()


@pytest.mark.parametrize("limit", [0, 1, 5, 6, *range(100, 3000, 100), 1 << 20])
def test_a_cut_anywhere_in_the_handshake_and_in_records_ends_both_sides(
    files: Files, pool: ThreadPoolExecutor, limit: int
) -> None:
    def pass_some(source: socket.socket, target: socket.socket) -> None:
        left = limit
        with contextlib.suppress(OSError):
            while left and (piece := source.recv(left)):
                target.sendall(piece)
                left -= len(piece)
        if limit < 1 << 20:  # else the other direction may go on
            for end in (source, target):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        else:
            target.shutdown(socket.SHUT_WR)

    def talk(begin: Callable[[], TlsSocket], raw: socket.socket) -> str:
        try:
            end = begin()
            end.sendall(b"hello")
            assert receive(end, 5) == b"hello"
            raw.shutdown(socket.SHUT_WR)
            return "all" if raw.recv(100) is not None else ""
        except (OSError, AssertionError) as error:
            return type(error).__name__
        finally:
            with contextlib.suppress(OSError):
                raw.shutdown(socket.SHUT_RDWR)

    near, far = through(pass_some, pool)
    with near, far:
        ends = [
            pool.submit(talk, lambda: tls.accept(far, server(files), SECRET, b"", WITHIN_S), far),
            pool.submit(talk, lambda: tls.connect(near, client(files), NAME, SECRET, WITHIN_S), near),
        ]
        ended = [each.result(WITHIN_S / 2) for each in ends]
    assert "TimeoutError" not in ended
    if limit < 700 or limit == 1 << 20:
        assert (ended == ["all", "all"]) == (limit == 1 << 20)


@pytest.mark.parametrize("ends_in_order", [True, False])
def test_neither_a_closing_alert_nor_its_lack_is_an_end_in_good_order(
    files: Files, pool: ThreadPoolExecutor, ends_in_order: bool
) -> None:
    near, far = socket.socketpair()
    accepted = pool.submit(tls.accept, far, server(files), SECRET, b"", WITHIN_S)
    with client(files).wrap_socket(near, server_hostname=NAME) as plain:
        plain.sendall(SECRET + b"\x82\x05hel")  # a message whose rest does not come
        messages = MessageSocket(accepted.result(), is_client=False, limit_bytes=100)
        if ends_in_order:
            with pytest.raises(OSError):
                plain.settimeout(0)
                plain.unwrap()
        near = socket.socket(fileno=plain.detach())
        near.close()
    with pytest.raises(OSError):
        messages.receive()
    messages.release()


def test_messages_ping_and_end_as_without_tls(
    pair: tuple[TlsSocket, TlsSocket], pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "QUIET_S", 0.02)
    one = MessageSocket(pair[0], is_client=True, limit_bytes=1 << 25)
    other = MessageSocket(pair[1], is_client=False, limit_bytes=1 << 25)
    waiting = pool.submit(one.receive)
    answering = pool.submit(other.receive)  # the pings of the other end, meanwhile
    one.ping()
    one.send(b"early")
    assert answering.result(WITHIN_S) == b"early"
    sending = pool.submit(other.send, LARGE)
    assert waiting.result(WITHIN_S) == LARGE
    sending.result(WITHIN_S)
    other.finish()
    assert one.receive() is None


def test_a_peer_that_falls_silent_within_a_record_is_found_dead(
    files: Files, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "QUIET_S", 0.05)
    monkeypatch.setattr(sockets, "ANSWER_S", 0.05)
    near, far = socket.socketpair()
    accepted = pool.submit(tls.accept, far, server(files), SECRET, b"", WITHIN_S)
    tls.connect(near, client(files), NAME, SECRET, WITHIN_S)
    messages = MessageSocket(accepted.result(), is_client=False, limit_bytes=100)
    near.sendall(b"\x17\x03\x03\x00\x40abc")
    with pytest.raises(OSError, match="no sign of life"):
        messages.receive()
    messages.release()
    near.close()


def both(pool: ThreadPoolExecutor, server_side: ssl.SSLContext, client_side: ssl.SSLContext, name: str, secret: bytes):
    """Have two ends try; give the error of each, the server's first."""
    near, far = socket.socketpair()
    with near, far:
        accepted: Future[TlsSocket] = pool.submit(tls.accept, far, server_side, SECRET, b"", WITHIN_S)

        def connect() -> bytes:
            connected = tls.connect(near, client_side, name, secret, WITHIN_S)
            return connected.recv(10)

        connected = pool.submit(connect)
        error = accepted.exception(WITHIN_S)
        far.shutdown(socket.SHUT_RDWR)
        return error, connected.exception(WITHIN_S)


@pytest.mark.parametrize("name", ["127.0.0.2", "other.example"])
def test_s8_a_certificate_for_another_name_is_refused(files: Files, pool: ThreadPoolExecutor, name: str) -> None:
    server_error, client_error = both(pool, server(files), client(files), name, SECRET)
    assert isinstance(client_error, ssl.SSLCertVerificationError) and isinstance(server_error, ssl.SSLError)


def test_s8_names_in_place_of_the_hosts_are_taken(files: Files, pool: ThreadPoolExecutor) -> None:
    assert both(pool, server(files), client(files), "head.example", SECRET)[0] is None


def test_s8_an_unknown_authority_is_refused(files: Files, pool: ThreadPoolExecutor) -> None:
    unknown = tls.client_context(files.other_authority, None, None)
    assert isinstance(both(pool, server(files), unknown, NAME, SECRET)[1], ssl.SSLCertVerificationError)


def test_s8_the_systems_authorities_are_asked_without_one_of_the_users(
    files: Files, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert both(pool, server(files), tls.client_context(None, None, None), NAME, SECRET)[1] is not None
    monkeypatch.setenv("SSL_CERT_FILE", files.authority)
    assert both(pool, server(files), tls.client_context(None, None, None), NAME, SECRET)[0] is None


def test_s8_clients_show_a_certificate_where_one_is_wanted(files: Files, pool: ThreadPoolExecutor) -> None:
    wants = server(files, files.authority)
    refused, _ = both(pool, wants, client(files), NAME, SECRET)
    assert isinstance(refused, ssl.SSLError)
    shown = tls.client_context(files.authority, files.certificate, files.key)
    assert both(pool, wants, shown, NAME, SECRET)[0] is None
    other = server(files, files.other_authority)
    assert isinstance(both(pool, other, shown, NAME, SECRET)[0], ssl.SSLCertVerificationError)


def test_s7_who_does_not_know_the_secret_gets_no_further(files: Files, pool: ThreadPoolExecutor) -> None:
    error, _ = both(pool, server(files), client(files), NAME, b"t" * 32)
    assert isinstance(error, ConnectionRefusedError)


@pytest.mark.parametrize("said", ["nothing", "something at times", "no secret", "no TLS"])
def test_s7_a_client_that_never_finishes_costs_no_more_than_the_time_it_has(
    files: Files, pool: ThreadPoolExecutor, said: str
) -> None:
    near, far = socket.socketpair()
    with near, far:
        accepted = pool.submit(tls.accept, far, server(files), SECRET, b"GET " if said == "no TLS" else b"", 0.3)
        if said == "something at times":
            hello = b"\x16\x03\x01\x02\x00\x01" + bytes(600)
            with contextlib.suppress(OSError):
                for at in range(len(hello)):
                    near.sendall(hello[at : at + 1])
                    if accepted.done():
                        break
                    threading.Event().wait(0.01)
        elif said == "no secret":
            tls.connect(near, client(files), NAME, b"s", WITHIN_S)
        began = time.monotonic()
        with pytest.raises(OSError):
            accepted.result(WITHIN_S)
        assert time.monotonic() - began < WITHIN_S / 2


def test_s7_what_the_gateway_has_read_already_counts(files: Files, pool: ThreadPoolExecutor) -> None:
    near, far = socket.socketpair()
    connected = pool.submit(tls.connect, near, client(files), NAME, SECRET, WITHIN_S)
    first = far.recv(50)
    accepted = tls.accept(far, server(files), SECRET, first, WITHIN_S)
    connected.result(WITHIN_S).sendall(b"in")
    assert accepted.recv(10) == b"in"
    near.close(), accepted.close()


def test_a_key_with_a_password_is_an_error_and_no_question(files: Files, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization

    key = serialization.load_pem_private_key(Path(files.key).read_bytes(), None)
    locked = tmp_path / "locked.pem"
    locked.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"a word"),
        )
    )
    with pytest.raises(OSError):
        tls.client_context(files.authority, files.certificate, str(locked))
