"""Messages that no client of ours sends, against the real door, session and handlers: each is survived.

It runs for RAY_CLIENT_FUZZ_S seconds (60), from RAY_CLIENT_FUZZ_SEED (11); an hour of it, with another:

    RAY_CLIENT_FUZZ_S=3600 RAY_CLIENT_FUZZ_SEED=7 nox -s "unit(server)" -- -s -k wedges
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import pickle
import random
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from google.protobuf.message import DecodeError

from ray_client_proto import threads
from ray_client_proto.lanes import LaneSocket
from ray_client_proto.ports import Target
from ray_client_proto.sockets import MessageSocket, WebSocket
from ray_client_proto.v1 import operation_pb2 as op
from ray_client_proto.v1.frame_pb2 import Attach, ClientFrame, ServerFrame
from ray_client_proto.v1.log_pb2 import LogRequest
from ray_client_proto.v1.payload_pb2 import Payload
from ray_client_proto.wire import lane, websocket
from ray_client_proto.wire.lane import Head
from ray_client_server.config import Limits
from ray_client_server.driver import library
from ray_client_server.driver.dispatch import carry_out
from ray_client_server.driver.handlers import objects
from ray_client_server.driver.holdings import Holdings
from ray_client_server.driver.lanes import LaneService, LogService
from ray_client_server.driver.library import Library
from ray_client_server.driver.logs import Logs
from ray_client_server.driver.ports import PortService
from ray_client_server.driver.session import DriverSession
from ray_client_server.driver.sockets import SocketDoor
from ray_client_server.driver.streams import Streams
from ray_client_server.driver.transfers import Uploads

SECONDS = float(os.environ.get("RAY_CLIENT_FUZZ_S", "60"))
SEED = int(os.environ.get("RAY_CLIENT_FUZZ_SEED") or "11")
CONTROL_S = 100.0  #: within which a planted fault must be found
ANSWER_S = 10.0  #: a driver that takes longer for a small question is taken for wedged
LIMIT_BYTES = 1 << 20

pytestmark = [
    pytest.mark.timeout(SECONDS + 120),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"),
]

NUMBERS = (0, 1, 2, 7, 255, 2**31 - 1, 2**31, 2**32 - 1, 2**53, 2**63 - 1, 2**63, 2**64 - 1)
TIMES = (-1.0, 0.0, 1e-9, 0.01, 1e308, float("inf"), float("-inf"), float("nan"))
DIGEST = b"d" * 32


class FoundError(Exception):
    """Something that must not be."""


class Driver:
    """A real driver but for Ray: door, session, handlers, lanes, logs."""

    def __init__(self, port: Any, path: Path) -> None:
        self.deaths: list[str] = []
        threads.tell_deaths(self.deaths.append)
        limits = Limits(message_bytes=LIMIT_BYTES, inline_bytes=1000, chunk_bytes=1000, transfer_bytes=1 << 20)
        self.holdings, self.logs = Holdings(port, limits), Logs()
        self.ends: list[str] = []
        self.session = DriverSession(
            lambda operation, answer: carry_out(self.holdings, operation, answer),
            replay_bytes=4 << 20,
            lease_s=1e9,
            on_end=self.ends.append,
            on_attach=lambda _: None,
        )
        lanes = LaneService(self.holdings.uploads, self.holdings.downloads, LIMIT_BYTES)
        self.path = str(path / "w")
        ports = PortService(is_allowed=False)  # or it would connect to whatever comes out
        self.door = SocketDoor(self.path, self.session, LIMIT_BYTES, lanes, LogService(self.logs), ports=ports)

    def connect(self, kind: bytes) -> socket.socket:
        near, far = socket.socketpair()
        with socket.socket(socket.AF_UNIX) as gateway, far:
            gateway.connect(self.path)
            socket.send_fds(gateway, [kind], [far.fileno()])
        near.settimeout(ANSWER_S)
        return near

    def close(self) -> None:
        self.door.close()
        self.holdings.close()
        self.session.end("the test is over")
        threads.tell_deaths(lambda _: None)


Connection = TypeVar("Connection", bound=WebSocket)


class Fuzzer:
    """Sends what is odd, and asks in between whether the session still answers."""

    def __init__(self, driver: Driver, seed: int) -> None:
        self.driver, self.random = driver, random.Random(seed)
        self.seen = self.request = self.count = 0
        self.next_id = 1 << 40  #: of objects that only the questions name
        self.named = [1]  #: ids that were given to results, so that others mean them
        self.streams: list[int] = []  #: of these, to streams

    # -- what is sent

    def number(self) -> int:
        return self.random.choice((*NUMBERS, self.random.randrange(1, 40), self.random.randrange(1 << 64)))

    def some_id(self) -> int:
        pick = self.random
        return pick.choice((pick.randrange(1, 40), pick.choice(self.named), pick.choice(self.named), self.number()))

    def new_id(self) -> int:
        """Give an id that is most likely free."""
        if self.random.random() < 0.2:
            return self.some_id()
        self.named = [*self.named[-20:], self.random.randrange(100, 1 << 30)]
        return self.named[-1]

    def payload(self) -> Payload:
        pick = self.random
        body = pick.choice((pickle.dumps(((), {})), pickle.dumps(pick.random()), pickle.dumps({}), pick.randbytes(20)))
        if pick.random() < 0.2:
            return Payload(transfer_id=self.some_id(), sizes_bytes=[self.number() for _ in range(pick.randrange(3))])
        return Payload(pickle=body, buffers=[b"b"] * pick.randrange(2), counted_ids=[self.some_id()])

    def invocation(self) -> op.Invocation:
        ids = [self.new_id() for _ in range(self.random.choice((0, 1, 1, 1, 3, 300)))]
        count = self.random.choice((0, 3, 10**9, "streaming", "streaming"))
        if count == "streaming":
            self.streams = [*self.streams[-5:], *ids[:1]]
        return op.Invocation(
            arguments=Payload(pickle=pickle.dumps(((3,), {}))) if self.random.random() < 0.7 else self.payload(),
            options=Payload(pickle=pickle.dumps({"num_returns": count})) if self.random.random() < 0.4 else None,
            result_ids=ids,
            call_site="x" * self.random.choice((0, 10, 9999)),
        )

    def library_call(self) -> Payload:
        """Give a call that a library may get: of what does, gives or raises something odd, or of nothing at all."""
        if self.random.random() < 0.3:
            return self.payload()
        return Payload(pickle=self.random.choice(LIBRARY_CALLS))

    def operation(self) -> op.Operation:
        pick, some_id = self.random, self.some_id
        many = [some_id() for _ in range(pick.choice((0, 1, 2, 20, 2000)))]
        kinds: dict[str, Callable[[], Any]] = {
            "export": lambda: op.Export(digest=DIGEST, payload=pick.choice((FUNCTION, FUNCTION, self.payload()))),
            "put": lambda: op.Put(object_id=self.new_id(), value=self.payload()),
            "schedule_task": lambda: op.ScheduleTask(function_digest=DIGEST, invocation=self.invocation()),
            "create_actor": lambda: op.CreateActor(class_digest=DIGEST, invocation=self.invocation()),
            "call_actor": lambda: op.CallActor(actor_id=some_id(), method="\x00m" * 9, invocation=self.invocation()),
            "get": lambda: op.Get(object_ids=many),
            "wait": lambda: op.Wait(
                object_ids=many, num_returns=self.number() & 0xFFFFFFFF, timeout_s=pick.choice(TIMES)
            ),
            "release": lambda: op.Release(ids=many, counts=many[: pick.choice((len(many), 1))]),
            "cancel_task": lambda: op.CancelTask(object_id=some_id()),
            "kill_actor": lambda: op.KillActor(actor_id=some_id()),
            "find_actor": lambda: op.FindActor(actor_id=some_id(), name="n" * pick.choice((0, 3, 100_000))),
            "take_next": lambda: op.TakeNext(
                generator_id=pick.choice((some_id(), *self.streams[-3:], *self.streams[-1:] * 4)),
                object_id=some_id(),
                is_completion=pick.random() < 0.3,
            ),
            "identify": lambda: op.Identify(id=some_id()),
            "query_cluster": lambda: op.QueryCluster(query=pick.choice(("nodes", "?" * 9)), arguments=self.payload()),
            "forget": lambda: op.Forget(request_id=self.number()),
            "release_transfer": lambda: op.ReleaseTransfer(transfer_id=self.number()),
            "call_library": lambda: op.CallLibrary(
                kind=pick.randrange(4),
                call=self.library_call(),
                thread=pick.choice((0, 1, 2, (1 << 64) - 1)),
                lacks=["numpy", "x" * 9999][: pick.randrange(3)],
                columns=self.number() & 0xFFFFFFFF,
                environment=dict([pick.choice((("TUNE_X", "1"), ("", "x"), ("X=", "1"), ("X", "\0")))]),
            ),
            "interrupt_library": lambda: op.InterruptLibrary(request_id=some_id()),
            "release_export": lambda: op.ReleaseExport(digest=pick.choice((b"", b"x" * 9))),
        }
        # Those that need others before them to come to anything are the more frequent.
        kind = pick.choice([*kinds, *["schedule_task", "take_next", "take_next", "call_library"] * 3])
        return op.Operation(request_id=self.some_id(), **{kind: kinds[kind]()})

    def mutated(self, message: bytes) -> bytes:
        """Give the message, or something like it that is often none."""
        pick, body = self.random, bytearray(message)
        for _ in range(pick.choice((0, 0, 1, 1, 3, 10))):
            at = pick.randrange(len(body) + 1)
            how = pick.randrange(5)
            if how == 0 and at < len(body):
                body[at] ^= 1 << pick.randrange(8)
            elif how == 1:
                del body[at:]
            elif how == 2:
                body[at:at] = pick.randbytes(pick.randrange(1, 9))
            elif how == 3:
                body[at : at + 1] = b"\xff\xff\xff\xff\x0f"
            else:
                body[at:at] = body[: pick.randrange(60)]
        return bytes(body)

    # -- how it is sent

    def step(self) -> None:
        self.count += 1
        how = self.random.choice((self.send_frames, self.send_frames, self.send_lane, self.send_other, self.send_raw))
        with contextlib.suppress(OSError):  # the driver has ended the connection, which is its right
            how()
        if self.count % 5 == 0:
            self.ask()
        if self.driver.deaths or self.driver.ends:
            raise FoundError(f"after {self.count} steps: {self.driver.deaths} {self.driver.ends}")

    @contextlib.contextmanager
    def attached(self) -> Iterator[tuple[MessageSocket, int]]:
        """Give a stream, and the number of the last frame that the driver has taken."""
        with released(self.messages(websocket.DATA)) as messages:
            messages.post(ClientFrame(attach=Attach(last_seen_seq=self.seen)).SerializeToString())
            frame = self.hear(messages)
            yield messages, frame.attached.last_seen_seq

    def messages(self, kind: bytes) -> MessageSocket:
        return MessageSocket(self.driver.connect(kind), is_client=True, limit_bytes=1 << 24)

    def lane(self) -> LaneSocket:
        return LaneSocket(self.driver.connect(websocket.LANE), is_client=True, limit_bytes=1 << 24)

    def hear(self, messages: MessageSocket) -> ServerFrame:
        message = messages.receive()
        if message is None:
            raise OSError("the driver has ended the stream")
        frame = ServerFrame.FromString(message)
        self.seen = max(self.seen, frame.seq)
        return frame

    def send_frames(self) -> None:
        with self.attached() as (messages, last):
            for number in range(self.random.randrange(1, 6)):
                frame = ClientFrame(
                    seq=last + 1 + number if self.random.random() < 0.9 else self.number(),
                    ack=self.seen if self.random.random() < 0.95 else self.number(),
                    operations=[self.operation() for _ in range(self.random.randrange(4))],
                )
                message = self.mutated(frame.SerializeToString()) if self.random.random() < 0.4 else frame
                if isinstance(message, ClientFrame):
                    messages.post(message.SerializeToString())
                elif not _says_goodbye(message):
                    messages.post(message)

    def send_lane(self) -> None:
        with released(self.lane()) as lane_socket:
            for _ in range(self.random.randrange(1, 4)):
                kind = self.random.choice((lane.CHUNK, lane.CHUNK, lane.STATUS, lane.DOWNLOAD, lane.FAILURE, 9))
                offset = self.random.choice((0, 0, self.number()))
                total = self.random.choice((0, 100, 5000, self.number()))
                parts = [memoryview(self.random.randbytes(self.random.choice((0, 100, 5000))))]
                lane_socket.send_head(Head(kind, self.some_id(), offset, total), parts)
            if self.random.random() < 0.5:
                lane_socket.has_message()

    def send_other(self) -> None:
        kind = self.random.choice((websocket.LOGS, websocket.CALL, websocket.CALL, websocket.PORT))
        with released(self.messages(kind)) as messages:
            body = LogRequest(is_enabled=True, level=3).SerializeToString()
            if kind == websocket.PORT:
                body = Target("head.example" * self.random.choice((0, 1, 100)), self.number() & 0xFFFF).encode()
            elif kind == websocket.CALL:
                operation = self.operation()
                field = operation.WhichOneof("kind")
                body = bytes([self.random.randrange(7)])
                body += self.random.choice((operation, getattr(operation, str(field)))).SerializeToString()
            messages.post(self.mutated(body))

    def send_raw(self) -> None:
        """Frames of WebSockets that are none: other opcodes, huge sizes, no end, nothing at all."""
        kind = self.random.choice(
            (websocket.DATA, websocket.LANE, websocket.LOGS, websocket.CALL, websocket.PORT, b"\x09")
        )
        with self.driver.connect(kind) as near:
            first = self.random.choice((0x00, 0x01, 0x02, 0x80, 0x81, 0x82, 0x88, 0x89, 0x8A, 0xF2, 0x8F))
            size = self.random.choice((b"\x80", b"\xfe\xff\xff", b"\xff" + struct.pack(">Q", self.number()), b"\x05"))
            near.sendall(bytes([first]) + size + self.random.randbytes(self.random.choice((0, 4, 40))))

    # -- whether it is all right

    def ask(self) -> None:
        """Ask for a small value, and a lane for how far an upload is.

        Raises:
            FoundError: nothing comes.
        """
        self.next_id += 1
        self.request = (1 << 50) + self.count
        answers: list[Any] = []
        asking = threading.Thread(target=self._ask, args=(answers,), daemon=True)
        asking.start()
        asking.join(ANSWER_S)
        if answers != ["value", "status"]:
            faulthandler.dump_traceback(sys.__stderr__)
            raise FoundError(f"after {self.count} steps no answer, but {answers}")

    def _ask(self, answers: list[Any]) -> None:
        try:
            with self.attached() as (messages, last):
                self._ask_for_a_value(messages, last + 1)
            answers.append("value")
            with released(self.lane()) as lane_socket:
                lane_socket.send_head(Head(lane.STATUS, 1 << 41))
                if lane_socket.receive_head() == Head(lane.STATUS, 1 << 41, 0):
                    answers.append("status")
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what was found
            answers.append(repr(error))

    def _ask_for_a_value(self, messages: MessageSocket, seq: int) -> None:
        put = op.Put(object_id=self.next_id, value=Payload(pickle=pickle.dumps(5)))
        get = op.Operation(request_id=self.request, get=op.Get(object_ids=[self.next_id]))
        frame = ClientFrame(seq=seq, ack=self.seen, operations=[op.Operation(put=put), get])
        messages.post(frame.SerializeToString())
        replies: list[op.Reply] = []
        while not replies:
            heard = self.hear(messages)
            messages.post(ClientFrame(ack=self.seen).SerializeToString())  # or there is no room for more (D4)
            replies = [reply for reply in heard.replies if reply.request_id == self.request]
        if not replies[0].HasField("value"):
            raise FoundError(str(replies[0]))


@contextlib.contextmanager
def released(connection: Connection) -> Iterator[Connection]:
    """Have a connection's file given back at the end, whatever happens."""
    try:
        yield connection
    finally:
        connection.close()
        connection.release()


def give(number: int) -> Any:
    """Give what is odd."""
    return (object(), iter(range(5)), "\udc80" * 3, {1: [b""] * 3}, threading.Lock())[number]


def fail(number: int) -> Any:
    """Raise what is odd."""
    raise (SystemExit(3), KeyboardInterrupt(), LookupError("\udc80"), StopIteration(), StopAsyncIteration())[number]


class FailLater:
    """Raises what is odd once it is awaited. No coroutine: Python warns of one that a call makes and nothing awaits."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __await__(self) -> Iterator[None]:
        yield
        fail(self.number)


LIBRARY_CALLS = [
    *(pickle.dumps((function, (number,), {})) for function in (give, fail, FailLater) for number in range(5)),
    *(pickle.dumps((function, args, {})) for function, args in ((print, ("\udc80",)), ("", ()), (None, ()), (3, (4,)))),
]


def count(number: int = 3) -> list[int]:
    return list(range(number))


# By its name: of one that goes with its code, messages that are mutated have other bytecode, and to run that breaks
# Python itself (it says that some bytearray has exported buffers, or ends).
FUNCTION = Payload(pickle=pickle.dumps(count))


def _says_goodbye(message: bytes) -> bool:
    """Tell whether it would end the session in good order, which is no fault."""
    try:
        frame = ClientFrame.FromString(message)
    except DecodeError:
        return False
    return any(operation.WhichOneof("kind") == "disconnect" for operation in frame.operations)


@pytest.fixture
def driver(port: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    monkeypatch.setenv("COLUMNS", "80")  # which calls of libraries set
    for stream in ("stdout", "stderr"):  # and these they replace
        monkeypatch.setattr(sys, stream, getattr(sys, stream))
    driver = Driver(port, tmp_path)
    yield driver
    driver.close()


def fuzz(driver: Driver, seed: int, seconds: float) -> int:
    out = sys.stdout  # which calls of libraries replace
    out.write(f"RAY_CLIENT_FUZZ_SEED={seed}\n")
    fuzzer, end_s = Fuzzer(driver, seed), time.monotonic() + seconds
    while time.monotonic() < end_s:
        fuzzer.step()
    out.write(f"{fuzzer.count} steps\n")
    return fuzzer.count


def test_nothing_that_a_client_sends_wedges_a_session(driver: Driver) -> None:
    assert fuzz(driver, SEED, SECONDS) > SECONDS


def _undecodable_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ray_client_server.driver.sockets.DecodeError", LookupError)


def _a_nan_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    def wait(seconds: float) -> None:
        if seconds != seconds:
            threading.Event().wait()

    monkeypatch.setattr(objects, "check_time", wait)


def _a_stream_that_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Streams, "_give_later", lambda self, ref, asked: self._give(ref, asked.object_id, asked.answer))


def _an_upload_that_is_unknown_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Uploads, "received_bytes", lambda self, number: self._assemblies[number].received_bytes)


def _results_are_not_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(count: int, options: Any = None) -> None:
        if (options or {}).get("num_returns") == 10**9:
            threading.Event().wait()

    for module in ("exports", "handlers.tasks", "handlers.actors"):
        monkeypatch.setattr(f"ray_client_server.driver.{module}.check_results", check)


def _an_odd_text_ends_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Library, "failure_of", Library._failure_of)
    monkeypatch.setattr(library, "shortened", lambda text: text)


@pytest.mark.parametrize(
    "plant",
    [
        _undecodable_is_a_fault,
        _a_nan_waits_for_ever,
        _a_stream_that_gives_up,
        _an_upload_that_is_unknown_is_a_fault,
        _results_are_not_bounded,
        _an_odd_text_ends_a_thread,
    ],
)
def test_planted_faults_are_found(
    driver: Driver, monkeypatch: pytest.MonkeyPatch, plant: Callable[[pytest.MonkeyPatch], None]
) -> None:
    monkeypatch.setitem(globals(), "ANSWER_S", 2.0)
    plant(monkeypatch)
    with pytest.raises(FoundError):
        fuzz(driver, 1, CONTROL_S)
