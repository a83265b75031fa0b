"""Delivery in the driver: frames in and out, whatever streams come and go (rules D1 to D8)."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator

import pytest

from ray_client_proto.channel import PulledOutlet
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.frame_pb2 import Attach, ClientFrame, ServerFrame
from ray_client_proto.v1.operation_pb2 import Disconnect, Forget, Get, Operation, Release, Reply
from ray_client_proto.v1.payload_pb2 import Payload
from ray_client_proto.wire.delivery import Delivery, encode_part
from ray_client_server.driver import session
from ray_client_server.driver.answer import Answer
from ray_client_server.driver.errors import OperationError
from ray_client_server.driver.session import DriverSession, Stream


class PulledWay(PulledOutlet):
    """The way out of a stream, which a test reads."""

    def end(self, failure: Failure | None) -> None:
        self.finish(None if failure is None else OperationError(failure))


class Echo:
    """Answers each operation at once with its own number, and remembers the order."""

    def __init__(self) -> None:
        self.carried: list[int] = []
        self.hold: list[Answer] | None = None

    def __call__(self, operation: Operation, answer: Answer) -> None:
        self.carried.append(operation.request_id)
        if self.hold is not None:
            self.hold.append(answer)
        elif answer.is_wanted:
            answer.value(Payload(pickle=str(operation.request_id).encode()))


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Rig:
    def __init__(self, replay_bytes: int = 1 << 20) -> None:
        self.echo, self.clock = Echo(), Clock()
        self.ends: list[str] = []
        self.attached: list[bool] = []
        self.session = DriverSession(
            self.echo,
            replay_bytes=replay_bytes,
            lease_s=10.0,
            on_end=self.ends.append,
            on_attach=self.attached.append,
            clock=self.clock,
        )

    def attach(self, last_seen_seq: int = 0) -> tuple[Stream, Iterator[ServerFrame]]:
        way = PulledWay(self.session.freed)
        stream = self.session.attach(Attach(last_seen_seq=last_seen_seq), way)
        return stream, map(ServerFrame.FromString, way.messages())


def frame(seq: int, *request_ids: int, ack: int = 0) -> ClientFrame:
    operations = [Operation(request_id=number, release=Release()) for number in request_ids]
    return ClientFrame(seq=seq, ack=ack, operations=operations)


def receive(stream: Stream, message: ClientFrame) -> None:
    stream.receive(message, message.ByteSize())


@pytest.fixture
def rig() -> Rig:
    return Rig()


def failure_of(doing: Callable[[], object]) -> Failure:
    with pytest.raises(OperationError) as caught:
        doing()
    return caught.value.failure


def test_d5_the_first_message_says_what_was_accepted(rig: Rig) -> None:
    stream, messages = rig.attach()
    assert next(messages).attached.attach_count == 1
    receive(stream, frame(1, 11))
    stream.close()
    _, messages = rig.attach()
    first = next(messages)
    assert (first.seq, first.attached.last_seen_seq, first.attached.attach_count) == (0, 1, 2)


def test_replies_that_are_there_share_a_frame_which_acknowledges(rig: Rig) -> None:
    stream, messages = rig.attach()
    receive(stream, frame(1, 11, 12))
    receive(stream, frame(2, 13))
    next(messages)
    answer = next(messages)
    assert (answer.seq, answer.ack) == (1, 2)
    assert [reply.request_id for reply in answer.replies] == [11, 12, 13]


def test_d1_a_frame_is_carried_out_once(rig: Rig) -> None:
    stream, _ = rig.attach()
    for seq in (1, 2, 1, 2):
        receive(stream, frame(seq, seq * 10))
    assert rig.echo.carried == [10, 20]


def test_d1_a_gap_is_a_violation(rig: Rig) -> None:
    stream, _ = rig.attach()
    failure = failure_of(lambda: receive(stream, frame(2, 1)))
    assert failure.code == Failure.PROTOCOL_VIOLATION and failure.message.startswith("D1")
    assert rig.echo.carried == []


def test_d3_an_acknowledgement_of_what_was_not_sent_is_a_violation(rig: Rig) -> None:
    stream, _ = rig.attach()
    assert failure_of(lambda: receive(stream, ClientFrame(ack=1))).message.startswith("D3")
    assert failure_of(lambda: rig.attach(5)).message.startswith("D3")


def test_d2_a_frame_without_an_answer_is_acknowledged_in_time(rig: Rig) -> None:
    stream, messages = rig.attach()
    next(messages)
    receive(stream, frame(1, 0))
    rig.clock.now += 0.05
    message = next(messages)
    assert (message.seq, message.ack) == (0, 1)


def test_d2_many_frames_are_acknowledged_at_once(rig: Rig) -> None:
    stream, messages = rig.attach()
    next(messages)
    for seq in range(1, 33):
        receive(stream, frame(seq, 0))
    assert next(messages).ack == 32


def test_d4_no_more_goes_out_than_is_kept() -> None:
    rig = Rig(replay_bytes=100)
    stream, messages = rig.attach()
    next(messages)
    rig.session.deliver(Reply(request_id=1, value=Payload(pickle=b"x" * 80)))
    assert next(messages).seq == 1
    rig.session.deliver(Reply(request_id=2, value=Payload(pickle=b"y" * 80)))
    got: list[ServerFrame] = []
    sender = threading.Thread(target=lambda: got.append(next(messages)), daemon=True)
    sender.start()
    sender.join(0.05)
    assert got == []
    receive(stream, ClientFrame(ack=1))
    sender.join(5)
    assert [(message.seq, message.replies[0].request_id) for message in got] == [(2, 2)]


def test_d4_a_value_waits_while_the_client_is_far_behind(rig: Rig) -> None:
    for number in range(9):
        rig.session.deliver(Reply(request_id=number, value=Payload(pickle=bytes((1 << 20) - 100))))
    waiting = threading.Thread(target=rig.session.wait_for_room, daemon=True)
    waiting.start()
    waiting.join(0.05)
    assert waiting.is_alive()
    _, messages = rig.attach()
    assert [next(messages).seq for _ in range(2)] == [0, 1]
    waiting.join(5)
    assert not waiting.is_alive()


def test_requests_that_are_not_answered_are_bounded(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_REQUESTS", 3)
    rig.echo.hold = []
    stream, messages = rig.attach()
    next(messages)
    receive(stream, frame(1, 1, 2, 3))
    receive(stream, frame(2, 4))
    assert rig.echo.carried == [1, 2, 3]
    [reply] = next(messages).replies
    assert (reply.request_id, reply.failure.code) == (4, Failure.LIMIT_EXCEEDED)
    assert dict(reply.failure.details) == {"limit": "requests", "value": "3"}
    rig.echo.hold[0].done()
    receive(stream, frame(3, 5))
    assert rig.echo.carried == [1, 2, 3, 5]


def test_d6_a_new_stream_takes_over(rig: Rig) -> None:
    old, old_messages = rig.attach()
    next(old_messages)
    new, _ = rig.attach()
    for doing in (lambda: next(old_messages), lambda: receive(old, frame(1, 1))):
        assert failure_of(doing).code == Failure.SESSION_TAKEN_OVER
    receive(new, frame(1, 1))
    old.close()
    assert rig.session.silent_left_s() is None
    assert rig.attached == [True, True]


def test_d7_a_frame_under_way_on_the_old_stream_comes_first(rig: Rig) -> None:
    go_on, has_begun = threading.Event(), threading.Event()
    order: list[int] = []

    def carry_out(operation: Operation, answer: Answer) -> None:
        if operation.request_id == 1:
            has_begun.set()
            assert go_on.wait(5)
        order.append(operation.request_id)

    session = DriverSession(carry_out, replay_bytes=1000, lease_s=10, on_end=lambda _: None, on_attach=lambda _: None)
    old = session.attach(Attach(), PulledWay(session.freed))
    first = threading.Thread(target=receive, args=(old, frame(1, 1, 2)), daemon=True)
    first.start()
    assert has_begun.wait(5)
    new = session.attach(Attach(), PulledWay(session.freed))
    second = threading.Thread(target=receive, args=(new, frame(2, 3)), daemon=True)
    second.start()
    second.join(0.05)
    assert order == []
    go_on.set()
    first.join(5)
    second.join(5)
    assert order == [1, 2, 3]


def test_d8_the_lease_counts_silence_only(rig: Rig) -> None:
    assert rig.session.silent_left_s() == 10.0
    stream, _ = rig.attach()
    rig.clock.now += 100
    assert rig.session.silent_left_s() is None
    stream.close()
    rig.clock.now += 4
    assert rig.session.silent_left_s() == 6.0
    rig.session.renew_lease()
    assert rig.session.silent_left_s() == 10.0


def test_d8_a_disconnect_is_acknowledged_and_ends_the_session(rig: Rig) -> None:
    stream, messages = rig.attach()
    last = ClientFrame(
        seq=1, operations=[Operation(request_id=1, release=Release()), Operation(disconnect=Disconnect())]
    )
    receive(stream, last)
    stream.close()
    rest = list(messages)
    assert [reply.request_id for message in rest for reply in message.replies] == [1]
    assert rest[-1].ack == 1
    assert rig.ends == ["disconnected"]
    assert failure_of(rig.attach).code == Failure.SESSION_ENDED


def test_d8_a_disconnect_counts_even_if_its_stream_is_cut(rig: Rig) -> None:
    stream, _ = rig.attach()
    receive(stream, ClientFrame(seq=1, operations=[Operation(disconnect=Disconnect())]))
    stream.close()
    assert rig.ends == ["disconnected"]


def test_d8_a_stream_that_only_stops_is_a_cut(rig: Rig) -> None:
    stream, messages = rig.attach()
    stream.close()
    assert [message.seq for message in messages] == [0]
    assert rig.ends == [] and rig.attached == [True, False]


def test_an_end_reaches_the_stream_with_its_reason(rig: Rig) -> None:
    _, messages = rig.attach()
    next(messages)
    rig.session.end("closed by its owner")
    rig.session.end("a second reason")
    failure = failure_of(lambda: next(messages))
    assert (failure.code, failure.details["reason"]) == (Failure.SESSION_ENDED, "closed by its owner")
    assert rig.ends == ["closed by its owner"]


def test_a_failed_stream_leaves_the_session_alone(rig: Rig) -> None:
    stream, messages = rig.attach()
    next(messages)
    stream.way.end(Failure(code=Failure.PROTOCOL_VIOLATION, message="D1: gap"))
    assert failure_of(lambda: next(messages)).message == "D1: gap"
    stream.close()
    again, _ = rig.attach()
    receive(again, frame(1, 5))
    assert rig.echo.carried == [5]


def test_a_fault_of_ours_is_answered_and_the_session_goes_on(rig: Rig) -> None:
    def fault(operation: Operation, answer: Answer) -> None:
        if operation.request_id == 1:
            raise SystemExit("a fault")
        answer.value(Payload())

    rig.session._carry_out = fault
    stream, messages = rig.attach()
    next(messages)
    receive(stream, frame(1, 1))
    receive(stream, frame(2, 2))
    replies = next(messages).replies
    assert [(reply.request_id, reply.failure.code) for reply in replies] == [(1, Failure.RAY_ERROR), (2, 0)]


def test_o2_forget_is_remembered_for_as_long_as_answers_are_to_come(rig: Rig) -> None:
    rig.echo.hold = held = []
    stream, _ = rig.attach()
    asked = [Operation(request_id=number, get=Get(object_ids=[1, 2])) for number in (7, 8)]
    forget = [Operation(forget=Forget(request_id=number)) for number in (7, 99)]
    receive(stream, ClientFrame(seq=1, operations=[*asked, *forget]))
    assert rig.session.is_forgotten(7) and not rig.session.is_forgotten(8) and not rig.session.is_forgotten(99)
    rig.session.skip(7)
    assert rig.session.is_forgotten(7)
    held[0].value(Payload())
    assert not rig.session.is_forgotten(7)


def test_idle_is_when_everything_is_answered_and_acknowledged(rig: Rig) -> None:
    rig.echo.hold = held = []
    stream, messages = rig.attach()
    receive(stream, ClientFrame(seq=1, operations=[Operation(request_id=3, get=Get(object_ids=[1, 2]))]))
    assert not rig.session.wait_until_idle(0)
    held[0].value(Payload(), 0)
    held[0].value(Payload(), 1)
    assert [next(messages).seq for _ in range(2)] == [0, 1]
    assert not rig.session.wait_until_idle(0)
    receive(stream, ClientFrame(ack=1))
    assert rig.session.wait_until_idle(0)


def test_what_was_forgotten_keeps_nobody_from_being_idle(rig: Rig) -> None:
    rig.echo.hold = []
    stream, _ = rig.attach()
    receive(stream, ClientFrame(seq=1, operations=[Operation(request_id=3, get=Get(object_ids=[1]))]))
    assert not rig.session.wait_until_idle(0)
    receive(stream, ClientFrame(seq=2, operations=[Operation(forget=Forget(request_id=3))]))
    assert rig.session.wait_until_idle(0)


class CutOffClient:
    """A client whose streams are cut at any place, in either direction. Its delivery is that of every client."""

    def __init__(self, rig: Rig, rng: random.Random) -> None:
        self.rig, self.rng = rig, rng
        self.delivery = Delivery(1 << 30)
        self.answers: list[int] = []

    def run(self, sends: Iterator[list[Operation]]) -> None:
        """Live through one stream, up to its cut."""
        stream, messages = self.rig.attach(self.delivery.last_accepted)
        self.delivery.attached(next(messages).attached.last_seen_seq)
        replay = iter(self.delivery.replay())
        for _ in range(self.rng.randint(0, 12)):
            message = next(replay, None) or self.encode(next(sends, []))
            if message is not None:
                if self.rng.random() < 0.2:
                    break  # cut: lost on the way up
                receive(stream, ClientFrame.FromString(message))
            if self.rig.session._channel.queued_bytes or stream.way.is_behind:
                answer = next(messages)
                if self.rng.random() < 0.2:
                    break  # cut: lost on the way down
                self.take(answer)
        stream.close()

    def encode(self, operations: list[Operation]) -> bytes | None:
        for operation in operations:
            self.delivery.queue(encode_part(operation.SerializeToString()), 0.0)
        return self.delivery.take(0.0)

    def take(self, message: ServerFrame) -> None:
        if self.delivery.receive(message.seq, message.ack, message.ByteSize(), 0.0).is_new:
            self.answers += [reply.request_id for reply in message.replies]


@pytest.mark.parametrize("seed", range(25))
def test_d1_to_d7_every_operation_and_every_answer_exactly_once_across_cuts(seed: int) -> None:
    rig = Rig()
    client = CutOffClient(rig, random.Random(seed))
    wanted = list(range(1, 81))
    sends = (list(frame(0, first, first + 1).operations) for first in range(1, 81, 2))
    for _ in range(500):
        client.run(sends)
        if client.answers == wanted:
            break
    assert rig.echo.carried == wanted  # each once, in order (D1, D7)
    assert client.answers == wanted  # and each answer once, in order (D1, D5)
