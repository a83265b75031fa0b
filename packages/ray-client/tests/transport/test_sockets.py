"""The data stream on a socket: what the gateway answers, and what is tried next (rules H5, S1 to S10)."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest
import trustme

from ray_client.config.address import Address
from ray_client.config.settings import TlsSettings
from ray_client.errors import ProtocolViolationError, SessionTakenOverError
from ray_client.transport import sockets
from ray_client.transport.calls import SessionCalls
from ray_client.transport.sockets import DataWays, Door, LogWays, SocketLogStream, SocketStream, has_green_sockets
from ray_client.transport.stream import GrpcLogStream, GrpcStream, StreamCutError
from ray_client_proto import tls
from ray_client_proto.sockets import MessageSocket
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.log_pb2 import LogBatch, LogRequest
from ray_client_proto.wire import requests, websocket

HEADERS = requests.Asker("an-id", b"secret", "token")
NOWHERE = Door(Address("127.0.0.1", 1), HEADERS, 1 << 20)


class Gateway:
    """Listens, and does to each connection what the test wants."""

    def __init__(self, does: Callable[[socket.socket], None]) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = Address("127.0.0.1", self._listener.getsockname()[1])
        self._does = does
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._does(connection)

    def close(self) -> None:
        self._listener.close()

    def stream(
        self, *outgoing: bytes, settings: TlsSettings | None = None, secret: bytes | None = None
    ) -> SocketStream:
        door = Door(self.address, HEADERS, 1 << 20, settings, secret)
        stream = SocketStream(door, lambda: None, "an-id")
        for message in outgoing:
            stream.post(message)
        return stream

    @property
    def door(self) -> Door:
        return Door(self.address, HEADERS, 1 << 20)


def accept(
    connection: socket.socket | tls.TlsSocket, kinds: list[bytes] | None = None, heads: list[bytes] | None = None
) -> MessageSocket:
    received = b""
    while not requests.head_size(received):
        piece = connection.recv(65536)
        if not piece:
            raise ConnectionResetError
        received += piece
    request, answer = websocket.read_request(received[: requests.head_size(received)])
    assert request.session_id == "an-id" and request.has_token(b"secret", "token")
    if kinds is not None:
        kinds.append(websocket.kind_of(received))
    connection.sendall(answer)
    if heads is not None:
        heads.append(received)
    first = received[requests.head_size(received) :]
    return MessageSocket(connection, is_client=False, limit_bytes=1 << 20, first=first)


class Files(NamedTuple):
    authority: str
    certificate: str
    key: str

    @property
    def settings(self) -> TlsSettings:
        return TlsSettings(ca_path=self.authority)

    def server(self) -> ssl.SSLContext:
        return tls.server_context(self.certificate, self.key, None)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    directory, authority = tmp_path_factory.mktemp("tls"), trustme.CA()
    issued = authority.issue_cert("127.0.0.1", "head.example")
    files = Files(*(str(directory / name) for name in ("ca.pem", "cert.pem", "key.pem")))
    authority.cert_pem.write_to_path(files.authority)
    issued.private_key_and_cert_chain_pem.write_to_path(files.certificate)
    issued.private_key_pem.write_to_path(files.key)
    return files


@pytest.fixture
def serve() -> Iterator[Callable[..., Gateway]]:
    made: list[Gateway] = []

    def make(does: Callable[[socket.socket], None]) -> Gateway:
        made.append(Gateway(does))
        return made[-1]

    yield make
    for gateway in made:
        gateway.close()


def test_messages_go_out_and_come_in(serve: Callable[..., Gateway]) -> None:
    def echo(connection: socket.socket) -> None:
        messages = accept(connection)
        for _ in range(2):
            messages.post(messages.receive() or b"")
        messages.finish()

    stream = serve(echo).stream(b"one", b"y" * 100_000)
    assert list(stream) == [b"one", b"y" * 100_000]
    assert stream.has_worked


def test_s7_where_the_driver_ends_tls_the_request_goes_before_it_and_the_secret_in_it(
    serve: Callable[..., Gateway], files: Files
) -> None:
    def echo(connection: socket.socket) -> None:
        accept(connection)
        encrypted = tls.accept(connection, files.server(), b"secret", b"", 20)
        messages = MessageSocket(encrypted, is_client=False, limit_bytes=1 << 20)
        messages.post(messages.receive() or b"")
        messages.finish()

    def none() -> dict[str, str]:
        raise AssertionError("headers in clear")

    settings = TlsSettings(ca_path=files.authority, headers=none)
    stream = serve(echo).stream(b"y" * 100_000, settings=settings, secret=b"secret")
    assert list(stream) == [b"y" * 100_000]


def test_s7_nothing_in_clear_is_taken_for_the_drivers(serve: Callable[..., Gateway], files: Files) -> None:
    def put_in(connection: socket.socket) -> None:
        _, answer = websocket.read_request(connection.recv(65536))
        connection.sendall(answer + b"\x82\x05hello")

    with pytest.raises(StreamCutError, match="in clear"):
        serve(put_in).stream(settings=files.settings, secret=b"secret")


@pytest.mark.parametrize("server_name", [None, "head.example"])
def test_s9_where_a_proxy_ends_tls_the_request_goes_in_it(
    serve: Callable[..., Gateway], files: Files, server_name: str | None
) -> None:
    heads: list[bytes] = []

    def echo(connection: socket.socket) -> None:
        messages = accept(tls.accept(connection, files.server(), b"", b"", 20), heads=heads)
        messages.post(messages.receive() or b"")
        messages.finish()

    settings = TlsSettings(ca_path=files.authority, server_name=server_name, headers=lambda: {"X-Who": "ada"})
    assert list(serve(echo).stream(b"one", settings=settings)) == [b"one"]
    assert b"\r\nX-Who: ada\r\n" in heads[0]


def test_a_function_for_headers_that_fails_is_a_cut(serve: Callable[..., Gateway], files: Files) -> None:
    def take(connection: socket.socket) -> None:
        with suppress(OSError):
            accept(tls.accept(connection, files.server(), b"", b"", 20))

    def fail() -> dict[str, str]:
        raise RuntimeError("no login")

    with pytest.raises(StreamCutError, match="no login"):
        serve(take).stream(settings=TlsSettings(ca_path=files.authority, headers=fail))


@pytest.mark.parametrize("wrong", ["name", "authority", "no file"])
def test_s8_a_server_that_is_not_verified_is_a_cut(
    serve: Callable[..., Gateway], files: Files, tmp_path: Path, wrong: str
) -> None:
    def take(connection: socket.socket) -> None:
        with suppress(OSError):
            accept(connection)
            tls.accept(connection, files.server(), b"secret", b"", 20)

    other = tmp_path / "other.pem"
    if wrong == "authority":
        trustme.CA().cert_pem.write_to_path(other)
    ca_path = files.authority if wrong == "name" else str(other)
    settings = TlsSettings(ca_path=ca_path, server_name="other.example" if wrong == "name" else None)
    with pytest.raises(StreamCutError, match="no socket to the driver"):
        serve(take).stream(settings=settings, secret=b"secret")


@pytest.mark.parametrize("answer", [b"HTTP/1.1 404 Not Found\r\n\r\n", b"SSH-2.0\r\n\r\n", b"", b"x" * 20_000])
def test_a_refusal_is_a_cut(serve: Callable[..., Gateway], answer: bytes) -> None:
    def refuse(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)
        connection.close()

    with pytest.raises(StreamCutError, match="no socket to the driver"):
        serve(refuse).stream()


def test_s10_who_counts_time_otherwise_than_the_gateway_asks_once_more(serve: Callable[..., Gateway]) -> None:
    ages_ms: list[int] = []

    def want_an_hour(connection: socket.socket) -> None:
        request = requests.request_of(requests.read_head(connection.recv(65536))[1])
        ages_ms.append(request.age_ms)
        told = requests.session_age(b"secret", request.moment, 3_600_000)
        connection.sendall(requests.refusal(401, "Unauthorized", told))

    with pytest.raises(StreamCutError, match="401"):
        SocketStream(
            Door(serve(want_an_hour).address, requests.Asker("an-id", b"secret", None), 1 << 20), lambda: None, "an-id"
        )
    assert len(ages_ms) == 2 and ages_ms[0] < 60_000 <= 3_600_000 <= ages_ms[1]


def test_a_gateway_that_does_not_answer_a_request_is_a_cut(
    serve: Callable[..., Gateway], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "CONNECT_TIMEOUT_S", 0.1)
    hung_up = threading.Event()

    def say_nothing(connection: socket.socket) -> None:
        connection.settimeout(10)
        with suppress(TimeoutError):
            while connection.recv(65536):
                pass
            hung_up.set()

    with pytest.raises(StreamCutError, match="timed out"):
        serve(say_nothing).stream()
    assert hung_up.wait(10)


def test_a_machine_that_takes_no_connection_is_a_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "CONNECT_TIMEOUT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, closing(socket.socket()) as only:
        only.connect(listener.getsockname())  # no other one has room
        too_late = threading.Timer(10, listener.close)
        too_late.start()
        with pytest.raises(StreamCutError, match="timed out"):
            SocketStream(Door(Address(*listener.getsockname()), HEADERS, 1 << 20), lambda: None, "an-id")
        too_late.cancel()


def test_a_cut_after_messages_is_one_of_a_stream_that_worked(serve: Callable[..., Gateway]) -> None:
    def cut(connection: socket.socket) -> None:
        messages = accept(connection)
        messages.post(b"hello")
        messages.close()

    stream = serve(cut).stream()
    incoming = iter(stream)
    assert next(incoming) == b"hello"
    with pytest.raises(StreamCutError):
        next(incoming)
    assert stream.has_worked


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (Failure.SESSION_TAKEN_OVER, SessionTakenOverError),
        (Failure.PROTOCOL_VIOLATION, ProtocolViolationError),
        (Failure.SESSION_ENDED, StreamCutError),  # the gateway knows why
        (-1000, StreamCutError),
    ],
)
def test_what_the_driver_refuses_is_said_or_asked_for(
    serve: Callable[..., Gateway], code: int, error: type[Exception]
) -> None:
    def refuse(connection: socket.socket) -> None:
        messages = accept(connection)
        messages.post(b"hello")
        messages.finish(websocket.FAILURES + code, "the reason")

    stream = serve(refuse).stream()
    with pytest.raises(error):
        list(stream)
    assert not stream.has_worked


@pytest.mark.parametrize("when", ["before", "while it waits"])
def test_closing_ends_it(serve: Callable[..., Gateway], when: str) -> None:
    accepted = threading.Event()

    def wait(connection: socket.socket) -> None:
        messages = accept(connection)
        accepted.set()
        with pytest.raises(OSError):
            messages.receive()

    stream = serve(wait).stream()
    if when == "before":
        stream.close()
    else:

        def close() -> None:
            accepted.wait(5)
            stream.close()

        threading.Thread(target=close, daemon=True).start()
    with pytest.raises(StreamCutError):
        list(stream)


def test_l5_logs_come_in_messages_as_they_are_wanted(serve: Callable[..., Gateway]) -> None:
    asked: list[LogRequest] = []
    kinds: list[bytes] = []

    def log(connection: socket.socket) -> None:
        messages = accept(connection, kinds)
        for _ in range(2):
            asked.append(LogRequest.FromString(messages.receive() or b""))
            messages.send(LogBatch(dropped=len(asked)).SerializeToString())
        with pytest.raises(OSError):
            messages.receive()

    stream = SocketLogStream(serve(log).door)
    stream.want(LogRequest(is_enabled=True))
    batches = iter(stream)
    assert next(batches).dropped == 1
    stream.want(LogRequest(level=40))
    assert next(batches).dropped == 2
    assert asked == [LogRequest(is_enabled=True), LogRequest(level=40)] and kinds == [websocket.LOGS]
    stream.close()
    with pytest.raises(StreamCutError):
        next(batches)


def test_logs_that_are_refused_are_a_cut_and_so_is_what_is_no_batch(serve: Callable[..., Gateway]) -> None:
    stream = SocketLogStream(NOWHERE)
    with pytest.raises(StreamCutError, match="no socket"):
        list(stream)
    assert not stream.has_worked

    def talk(connection: socket.socket) -> None:
        accept(connection, []).send(b"\xff\xff")
        connection.recv(1000)

    stream = SocketLogStream(serve(talk).door)
    with pytest.raises(StreamCutError):
        list(stream)
    stream = SocketLogStream(serve(talk).door)
    stream.close()
    assert list(stream) == []


class Calls:
    """Session calls that note that a stream was opened."""

    def data(self, outgoing: Iterator[bytes]) -> Any:
        return iter(())

    def logs(self, requests: Iterator[Any]) -> Any:
        return iter(())


def test_s5_logs_go_by_grpc_once_after_a_socket_that_was_refused() -> None:
    ways = LogWays(cast(SessionCalls, Calls()), "an-id", NOWHERE)
    kinds = []
    for has_worked in (True, False, False, False):
        stream = ways.open()
        kinds.append(type(stream))
        if isinstance(stream, SocketLogStream):
            stream.has_worked = has_worked
    assert kinds == [SocketLogStream, SocketLogStream, GrpcLogStream, SocketLogStream]


def echo_once(connection: socket.socket) -> None:
    messages = accept(connection)
    messages.post(messages.receive() or b"")
    messages.finish()


def test_s5_where_no_socket_comes_through_the_calls_do_and_then_a_socket_is_tried_again(
    serve: Callable[..., Gateway],
) -> None:
    server = serve(echo_once)
    ways = DataWays(cast(SessionCalls, Calls()), "an-id", server.door)

    def use(ways: DataWays) -> type | None:
        """Use a stream to its end; give its type, or None if it could not be opened."""
        try:
            stream = ways.open(lambda: None)
        except StreamCutError:
            return None
        if isinstance(stream, SocketStream):
            stream.post(b"x")
            with suppress(StreamCutError):
                list(stream)
        return type(stream)

    assert [use(ways), use(ways)] == [SocketStream, SocketStream]
    server.close()
    ways._door = NOWHERE
    assert [use(ways), use(ways), use(ways)] == [None, GrpcStream, None]
    ways._door = serve(accept_only).door
    assert [use(ways), use(ways), use(ways)] == [GrpcStream, SocketStream, GrpcStream]


def accept_only(connection: socket.socket) -> None:
    """Take a connection, and get nothing through."""
    accept(connection).close()


def test_h5_the_drivers_own_socket_is_the_first_way_and_the_gateway_the_next(
    serve: Callable[..., Gateway], tmp_path: Path
) -> None:
    path = str(tmp_path / "driver")
    server = serve(lambda connection: accept(connection).finish())
    door = Door(server.address, HEADERS, 1 << 20, local_path=path)
    assert list(SocketStream(door, lambda: None, "an-id")) == []  # nobody listens there: it may be another machine's
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        refusing = threading.Thread(target=lambda: listener.accept()[0].close())
        refusing.start()
        assert list(SocketStream(door, lambda: None, "an-id")) == []
        refusing.join()
        server.close()

        def answer() -> None:
            with listener.accept()[0] as connection:
                messages = accept(connection)
                messages.post(b"from the driver")
                messages.finish()

        answering = threading.Thread(target=answer)
        answering.start()
        assert list(SocketStream(door, lambda: None, "an-id")) == [b"from the driver"]
        answering.join()


def test_gevents_sockets_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    class Monkey:
        @staticmethod
        def is_module_patched(name: str) -> bool:
            return name == "socket"

    assert not has_green_sockets()
    monkeypatch.setitem(__import__("sys").modules, "gevent.monkey", Monkey)
    assert has_green_sockets()
