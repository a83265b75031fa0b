"""Large values on lanes that break: rules B1 to B5 of docs/protocol.md."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest

from ray_client.session.transfers import Transfers
from ray_client.transport.backoff import BackoffPolicy
from ray_client.transport.stream import StreamCutError
from ray_client_proto.wire import chunk

CHUNK_BYTES = 16
PARTS = [memoryview(bytes(range(50))), memoryview(b""), memoryview(b"x" * 33)]
SIZES = [part.nbytes for part in PARTS]
WHOLE = b"".join(bytes(part) for part in PARTS)


class BreakingLanes:
    """The driver's side of the lanes; each attempt breaks after so many chunks, until the list is used up."""

    def __init__(self, breaks: list[int]) -> None:
        self.breaks = breaks
        self.assembly: chunk.Assembly | None = None
        self.attempts = 0

    def _chunks_allowed(self) -> int:
        self.attempts += 1
        return self.breaks.pop(0) if self.breaks else 1_000

    def upload(self, transfer_id: int, parts: Sequence[memoryview], offset_bytes: int) -> int:
        allowed = self._chunks_allowed()
        for number, message in enumerate(chunk.split(transfer_id, parts, CHUNK_BYTES, offset_bytes)):
            if number == allowed:
                raise StreamCutError("cut")
            piece = chunk.decode(message)
            if self.assembly is None:
                self.assembly = chunk.Assembly(piece.transfer_id, piece.total_bytes, 1_000)
            self.assembly.add(piece)
        assert self.assembly is not None
        return self.assembly.received_bytes

    def received_bytes(self, transfer_id: int) -> int:
        return self.assembly.received_bytes if self.assembly else 0

    def download(self, assembly: chunk.Assembly) -> None:
        allowed = self._chunks_allowed()
        chunks = chunk.split(assembly.transfer_id, PARTS, CHUNK_BYTES, assembly.received_bytes)
        for number, message in enumerate(chunks):
            if number == allowed:
                raise StreamCutError("cut")
            assembly.add(chunk.decode(message))


def transfers(lanes: BreakingLanes, ended: threading.Event | None = None) -> Transfers:
    return Transfers(
        lanes,
        limit_bytes=1_000,
        backoff=BackoffPolicy(first_s=0.001, cap_s=0.001),
        ended=ended or threading.Event(),
    )


@pytest.mark.parametrize("breaks", [[], [0], [1], [5], [1, 0, 2], [0, 0, 0, 1]])
def test_an_upload_arrives_whole_whatever_breaks(breaks: list[int]) -> None:
    lanes = BreakingLanes(list(breaks))
    transfer_id = transfers(lanes).upload(PARTS)
    assert lanes.assembly is not None
    assert lanes.assembly.transfer_id == transfer_id
    assert b"".join(bytes(part) for part in lanes.assembly.slices(SIZES)) == WHOLE
    assert lanes.attempts == len(breaks) + 1


@pytest.mark.parametrize("breaks", [[], [0], [1], [5], [1, 0, 2], [0, 0, 0, 1]])
def test_a_download_arrives_whole_whatever_breaks(breaks: list[int]) -> None:
    lanes = BreakingLanes(list(breaks))
    parts = transfers(lanes).download(3, SIZES)
    assert [bytes(part) for part in parts] == [bytes(part) for part in PARTS]
    assert all(part.readonly for part in parts)
    assert all(np.frombuffer(part, np.uint8).ctypes.data % 64 == 0 for part in parts if part.nbytes)
    assert lanes.attempts == len(breaks) + 1


def test_a_transfer_gives_up_when_the_session_has_ended() -> None:
    ended = threading.Event()
    ended.set()
    with pytest.raises(StreamCutError):
        transfers(BreakingLanes([0]), ended).upload(PARTS)


def test_a_lane_that_gets_anywhere_is_not_slowed_down() -> None:
    class Delays(BackoffPolicy):
        asked = 0

        def delays(self, rng: Callable[[], float] = lambda: 0.0) -> Iterator[float]:
            for delay_s in super().delays(rng):
                Delays.asked += 1
                yield delay_s

    lanes = BreakingLanes([1, 1, 1, 1, 0, 0])
    waits = Delays(first_s=0.001, cap_s=0.001)
    moved = Transfers(lanes, limit_bytes=1_000, backoff=waits, ended=threading.Event())
    assert b"".join(bytes(part) for part in moved.download(3, SIZES)) == WHOLE
    assert Delays.asked == 2  # for the attempts without a chunk
