"""Chunks of a transfer, encoded and decoded by hand.

The bytes are those of `ray_client.v1.Chunk`. Through protobuf's own classes each chunk would be
copied twice more on either side, which on this path costs more than everything else together.
"""

from __future__ import annotations

import bisect
import itertools
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from ray_client_proto.wire.errors import ProtocolError
from ray_client_proto.wire.memory import aligned_memory, aligned_places, fresh_memory

# Field number << 3 | wire type (0 varint, 2 length-delimited); protobuf.dev, "Encoding".
_TRANSFER_ID, _OFFSET, _TOTAL, _DATA = 0x08, 0x10, 0x18, 0x22
_FIXED_BYTES = {1: 8, 5: 4}  # wire types of one length: ours has none, a newer peer may
_MAX_VARINT_BYTES, _UINT64 = 10, (1 << 64) - 1
_LOWEST_TAG, _HIGHEST_TAG = 1 << 3, (1 << 32) - 1


class Chunk(NamedTuple):
    """A piece of a transfer. `data` is a view of the received message, not a copy."""

    transfer_id: int
    offset_bytes: int
    total_bytes: int
    data: memoryview


def varint(number: int) -> bytes:
    """Give a number as protobuf writes it."""
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    number = 0
    for place in range(_MAX_VARINT_BYTES):
        if at + place >= len(message):
            break
        byte = message[at + place]
        number |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return number & _UINT64, at + place + 1
    raise ProtocolError("B2: a chunk has a number without an end")


def encode(transfer_id: int, offset_bytes: int, total_bytes: int, parts: Iterable[memoryview]) -> bytes:
    """Give the message for the chunk whose data is `parts`, one after the other."""
    parts = list(parts)
    header = b"".join(
        (
            bytes((_TRANSFER_ID,)) + varint(transfer_id),
            bytes((_OFFSET,)) + varint(offset_bytes),
            bytes((_TOTAL,)) + varint(total_bytes),
            bytes((_DATA,)) + varint(sum(part.nbytes for part in parts)),
        )
    )
    return b"".join((header, *parts))


def decode(message: bytes) -> Chunk:
    """Read a message; fields that a newer peer added are passed over.

    Raises:
        ProtocolError: these are not the bytes of a chunk.
    """
    fields = {_TRANSFER_ID: 0, _OFFSET: 0, _TOTAL: 0}
    data = memoryview(b"")
    at = 0
    while at < len(message):
        tag, at = _read_varint(message, at)
        if not _LOWEST_TAG <= tag <= _HIGHEST_TAG:
            raise ProtocolError(f"B2: a chunk has no field {tag >> 3}")
        wire_type = tag & 7
        if wire_type == 0:
            number, at = _read_varint(message, at)
            fields[tag] = number
        elif wire_type == 2:
            length, at = _read_varint(message, at)
            if tag == _DATA:
                data = memoryview(message)[at : at + length]
            at += length
        elif wire_type in _FIXED_BYTES:
            at += _FIXED_BYTES[wire_type]
        else:
            raise ProtocolError(f"B2: a chunk has a field of wire type {wire_type}")
    if at > len(message):
        raise ProtocolError(f"B2: a chunk says {at} bytes and has {len(message)}")
    return Chunk(fields[_TRANSFER_ID], fields[_OFFSET], fields[_TOTAL], data)


def split(
    transfer_id: int, buffers: Iterable[memoryview], chunk_bytes: int, from_offset_bytes: int = 0
) -> Iterator[bytes]:
    """Yield the messages that carry `buffers`, laid end to end, from `from_offset_bytes` on.

    Nothing is copied but the chunk at hand. An empty transfer is one empty chunk.

    Raises:
        ValueError: chunks without room for data, which would never end.
    """
    for offset, total, parts in pieces(buffers, chunk_bytes, from_offset_bytes):
        yield encode(transfer_id, offset, total, parts)


def pieces(
    buffers: Iterable[memoryview], chunk_bytes: int, from_offset_bytes: int = 0
) -> Iterator[tuple[int, int, list[memoryview]]]:
    """Yield what the chunks of `buffers` hold: offset, whole length, and views of the data.

    Raises:
        ValueError: chunks without room for data, which would never end.
    """
    if chunk_bytes <= 0:
        raise ValueError(f"a chunk needs room for data: chunk_bytes={chunk_bytes}")
    views = [view.cast("B") for view in buffers]
    total = sum(view.nbytes for view in views)
    begin = offset = from_offset_bytes
    parts: list[memoryview] = []
    at = 0  # where the view at hand begins
    for view in views:
        while at + view.nbytes > offset:
            low = offset - at
            part = view[low : low + chunk_bytes - (offset - begin)]
            parts.append(part)
            offset += part.nbytes
            if offset - begin == chunk_bytes:
                yield begin, total, parts
                begin, parts = offset, []
        at += view.nbytes
    if parts or begin == from_offset_bytes:
        yield begin, total, parts


class Assembly:
    """A transfer on its way in, put together in one buffer that is allocated once.

    Invariant: the bytes before `received_bytes` are there. A lane that was cut may still bring what is on its way while
    the next one goes on: both write the same bytes to the same places.
    """

    def __init__(
        self,
        transfer_id: int,
        total_bytes: int,
        limit_bytes: int,
        allocate: Callable[[int], memoryview] = fresh_memory,
    ) -> None:
        """Make room for the whole transfer.

        Raises:
            ProtocolError: it is larger than `limit_bytes`.
        """
        if total_bytes > limit_bytes:
            raise ProtocolError(f"B3: transfer {transfer_id} has {total_bytes} bytes, the limit is {limit_bytes}")
        self.transfer_id = transfer_id
        self.total_bytes = total_bytes
        self.received_bytes = 0
        self._lock = threading.Lock()
        self._buffer = allocate(total_bytes)

    @property
    def is_complete(self) -> bool:
        return self.received_bytes == self.total_bytes

    def add(self, chunk: Chunk) -> None:
        """Take the next chunk; one that lies before `received_bytes` changes nothing.

        Raises:
            ProtocolError: it belongs elsewhere or leaves a gap; nothing changed.
        """
        self.expect(chunk.transfer_id, chunk.offset_bytes, chunk.total_bytes)
        if chunk.offset_bytes + chunk.data.nbytes > self.received_bytes:
            self.write(chunk.offset_bytes, chunk.data)

    def expect(self, transfer_id: int, offset_bytes: int, total_bytes: int) -> None:
        """Make sure that what begins there is a part of this transfer, and leaves no gap.

        Raises:
            ProtocolError: it is none, or does.
        """
        if (transfer_id, total_bytes) != (self.transfer_id, self.total_bytes):
            raise ProtocolError(
                f"B2: a chunk of {total_bytes} bytes of transfer {transfer_id} does not belong to transfer "
                f"{self.transfer_id} of {self.total_bytes} bytes"
            )
        if offset_bytes > self.received_bytes:
            raise ProtocolError(f"B2: transfer {self.transfer_id} lacks bytes from {self.received_bytes} on")

    def write(self, offset_bytes: int, data: memoryview) -> None:
        """Put bytes where they belong.

        Raises:
            ProtocolError: they go on behind the end; nothing changed.
        """
        end = offset_bytes + data.nbytes
        if end > self.total_bytes:
            raise ProtocolError(f"B2: byte {end} does not belong to a transfer of {self.total_bytes} bytes")
        while data.nbytes:
            piece = self.room_at(offset_bytes)[: data.nbytes]
            piece[:] = data[: piece.nbytes]
            offset_bytes, data = offset_bytes + piece.nbytes, data[piece.nbytes :]
        self.came(end)

    def room_at(self, offset_bytes: int) -> memoryview:
        """Give the memory that the bytes from there on belong into, as far as it goes; empty at the end."""
        return self._buffer[offset_bytes:]

    def came(self, end_bytes: int) -> None:
        """Take note that all bytes before this one are there."""
        with self._lock:
            self.received_bytes = max(self.received_bytes, end_bytes)

    def slices(self, sizes_bytes: Iterable[int]) -> list[memoryview]:
        """Give the buffers of a complete transfer as read-only views, in their order.

        Raises:
            ProtocolError: the transfer is not complete, or the sizes do not add up to it.
        """
        sizes = list(sizes_bytes)
        if not self.is_complete or sum(sizes) != self.total_bytes:
            raise ProtocolError(
                f"B4: transfer {self.transfer_id} has {self.received_bytes} of {self.total_bytes} bytes, "
                f"its payload wants {sum(sizes)}"
            )
        whole, views, at = self._buffer.toreadonly(), [], 0
        for size in sizes:
            views.append(whole[at : at + size])
            at += size
        return views


class AlignedAssembly(Assembly):
    """A transfer whose parts are known before it comes: each is put where it is aligned, at once."""

    def __init__(self, transfer_id: int, sizes_bytes: Iterable[int], limit_bytes: int) -> None:
        """Make room for the whole transfer.

        Raises:
            ProtocolError: it is larger than `limit_bytes`.
        """
        self._sizes = list(sizes_bytes)
        self._starts = list(itertools.accumulate(self._sizes, initial=0))  # in the transfer; last comes its end
        self._places = aligned_places(self._sizes)  # in the buffer
        super().__init__(
            transfer_id, self._starts[-1], limit_bytes, allocate=lambda _size: aligned_memory(self._places[-1])
        )

    def room_at(self, offset_bytes: int) -> memoryview:
        # The last of those that begin there: empty parts take no bytes.
        number = bisect.bisect_right(self._starts, offset_bytes) - 1
        if number == len(self._sizes):
            return self._buffer[:0]
        within = offset_bytes - self._starts[number]
        return self._buffer[self._places[number] + within : self._places[number] + self._sizes[number]]

    def parts(self) -> list[memoryview]:
        """Give the parts of a complete transfer as read-only views.

        Raises:
            ProtocolError: the transfer is not complete.
        """
        if not self.is_complete:
            raise ProtocolError(
                f"B4: transfer {self.transfer_id} has {self.received_bytes} of {self.total_bytes} bytes"
            )
        whole = self._buffer.toreadonly()
        return [whole[place : place + size] for place, size in zip(self._places, self._sizes, strict=False)]
