"""A channel with its threads: who sends what when, and what an interrupt in the middle does (D1 to D5)."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest

from ray_client_proto import channel as channel_module
from ray_client_proto.channel import Channel, PulledOutlet
from ray_client_proto.v1.frame_pb2 import ClientFrame
from ray_client_proto.v1.operation_pb2 import Disconnect, Operation
from ray_client_proto.wire import delivery as delivery_module
from ray_client_proto.wire.delivery import encode_part

MODULES = (channel_module.__file__, delivery_module.__file__)


class Outlet:
    """A stream that takes everything, until it is told that it is full, or is cut."""

    def __init__(self) -> None:
        self.frames: queue.SimpleQueue[ClientFrame] = queue.SimpleQueue()
        self.is_free, self.is_cut = True, False

    def post(self, message: bytes) -> None:
        if not self.is_cut:
            self.frames.put(ClientFrame.FromString(message))

    def cut(self) -> None:
        self.is_cut = True


def part(number: int) -> bytes:
    return encode_part(Operation(request_id=number, disconnect=Disconnect()).SerializeToString())


def numbers(frame: ClientFrame) -> list[int]:
    return [operation.request_id for operation in frame.operations]


@pytest.fixture
def make() -> Iterator[Callable[..., Channel]]:
    made: list[Channel] = []

    def make(**options: Any) -> Channel:
        made.append(Channel(1 << 20, name="test-channel", **options))
        return made[-1]

    yield make
    for channel in made:
        channel.close()


def send(channel: Channel, number: int, may_wait: bool = False) -> None:
    with channel.lock:
        channel.queue(part(number), may_wait)


def attach(channel: Channel, outlet: Outlet) -> None:
    with channel.lock:
        channel.attach(outlet)


def test_who_has_something_to_say_sends_it_itself(make: Callable[..., Channel]) -> None:
    channel, outlet = make(), Outlet()
    attach(channel, outlet)
    send(channel, 1)
    assert numbers(outlet.frames.get_nowait()) == [1]


def test_what_waits_for_a_full_stream_shares_a_frame(make: Callable[..., Channel]) -> None:
    channel, outlet = make(), Outlet()
    outlet.is_free = False
    attach(channel, outlet)
    for number in (1, 2, 3):
        send(channel, number)
    assert outlet.frames.empty()
    outlet.is_free = True
    channel.freed()
    assert numbers(outlet.frames.get_nowait()) == [1, 2, 3]


def test_the_first_of_many_goes_at_once_and_those_that_follow_closely_together(make: Callable[..., Channel]) -> None:
    channel, outlet = make(), Outlet()
    attach(channel, outlet)
    with channel.lock:
        for number in (1, 2, 3):
            channel.queue(part(number), may_wait=True)
    assert [numbers(outlet.frames.get(timeout=5)) for _ in range(2)] == [[1], [2, 3]]


def test_what_may_not_wait_takes_along_what_does(make: Callable[..., Channel]) -> None:
    channel, outlet = make(), Outlet()
    attach(channel, outlet)
    with channel.lock:
        for number in (1, 2):
            channel.queue(part(number), may_wait=True)
        channel.queue(part(3))
        assert [numbers(outlet.frames.get_nowait()) for _ in range(2)] == [[1], [2, 3]]


def test_d2_a_frame_is_acknowledged_without_anything_to_say(make: Callable[..., Channel]) -> None:
    channel, outlet = make(), Outlet()
    attach(channel, outlet)
    with channel.lock:
        assert channel.receive(1, 0, 10)
    assert outlet.frames.get(timeout=5) == ClientFrame(ack=1)


def test_d2_much_is_acknowledged_by_whoever_received_it(make: Callable[..., Channel]) -> None:
    channel, outlet = make(), Outlet()
    attach(channel, outlet)
    with channel.lock:
        channel.receive(1, 0, 1 << 20)
        assert outlet.frames.get_nowait() == ClientFrame(ack=1)


def test_messages_that_are_answered_at_once_wake_no_other_thread(
    make: Callable[..., Channel], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Wakes(queue.SimpleQueue[None]):
        count = 0

        def put(self, *args: Any) -> None:
            Wakes.count += 1
            super().put(*args)

    monkeypatch.setattr("queue.SimpleQueue", Wakes)
    channel = make(clock=lambda: 0.0)
    monkeypatch.undo()
    attach(channel, Outlet())
    for number in range(1, 51):
        with channel.lock:
            channel.receive(number, number - 1, 10)
            channel.queue(part(number))
        while not channel._wakes.empty():
            pass
    assert Wakes.count == 1  # for the acknowledgement of the first, which its answer took along


def test_what_comes_late_is_asked_for_until_there_is_no_more(make: Callable[..., Channel]) -> None:
    late: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    channel, outlet = make(late_part=late.get), Outlet()
    attach(channel, outlet)
    for _ in range(2):
        channel.later()
        for answer in (part(1), part(2), None):
            late.put(answer)
        assert [numbers(outlet.frames.get(timeout=5)) for _ in range(2)] == [[1], [2]]


def test_d5_a_new_stream_gets_what_was_not_acknowledged(make: Callable[..., Channel]) -> None:
    channel, first, second = make(), Outlet(), Outlet()
    attach(channel, first)
    for number in (1, 2):
        send(channel, number)
    with channel.lock:
        channel.receive(0, 1, 1)
        channel.detach(first)
    send(channel, 3)
    attach(channel, second)
    assert [numbers(second.frames.get_nowait()) for _ in range(2)] == [[2], [3]]


class Interrupt(BaseException):
    pass


def interrupted(doing: Callable[[], None], at: int) -> bool:
    """Interrupt at the line of the channel or its delivery that is run as number `at`; tell whether it came so far."""
    left = at

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal left
        if frame.f_code.co_filename not in MODULES:
            return None
        if event == "line":
            left -= 1
            if left == 0:
                raise Interrupt
        return trace

    before = sys.gettrace()  # that of the coverage
    sys.settrace(trace)
    try:
        doing()
    except Interrupt:
        return True
    finally:
        sys.settrace(before)
    return False


@pytest.mark.parametrize("waiting", [0, 2])
def test_an_interrupt_anywhere_loses_nothing_and_repeats_nothing(make: Callable[..., Channel], waiting: int) -> None:
    """The part that is being sent itself may go out or not, as with any interrupt."""
    at = 0
    while True:
        at += 1
        channel, first, second = make(), Outlet(), Outlet()
        attach(channel, first)
        send(channel, 1)
        first.is_free = False
        for number in range(2, 2 + waiting):
            send(channel, number)
        first.is_free = True
        if not interrupted(lambda channel=channel: send(channel, 50), at):
            break
        assert not channel.lock.locked()
        send(channel, 51)
        attach(channel, second)
        frames = [second.frames.get_nowait() for _ in range(second.frames.qsize())]
        assert [frame.seq for frame in frames] == list(range(1, len(frames) + 1))
        sent = [number for frame in frames for number in numbers(frame)]
        assert sent in ([*range(1, 2 + waiting), 51], [*range(1, 2 + waiting), 50, 51])
        with channel.lock:
            channel.receive(0, len(frames), 1)
            assert channel.is_idle and channel.queued_bytes == 0
    assert at > 20


def test_pulled_messages_end_with_an_error() -> None:
    outlet = PulledOutlet(lambda: None)
    outlet.post(b"one")
    assert outlet.is_behind and not outlet.is_free
    outlet.finish(ValueError("over"))
    messages = outlet.messages()
    assert next(messages) == b"one"
    with pytest.raises(ValueError, match="over"):
        next(messages)


def test_who_pulls_says_when_there_is_room(make: Callable[..., Channel]) -> None:
    channel = make()
    outlet = PulledOutlet(channel.freed)
    with channel.lock:
        channel.attach(outlet)
    for number in (1, 2, 3):
        send(channel, number)
    pulled: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def pull() -> None:
        for message in outlet.messages():
            pulled.put(message)

    thread = threading.Thread(target=pull)
    thread.start()
    assert [numbers(ClientFrame.FromString(pulled.get(timeout=5))) for _ in range(2)] == [[1], [2, 3]]
    outlet.finish()
    thread.join(5)
