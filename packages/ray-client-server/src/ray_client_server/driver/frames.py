"""Server frames, put together from replies that are encoded already.

The bytes are those of `ray_client.v1.ServerFrame`: messages laid end to end read as one, so a header with the
numbers and then the replies, each as field 3, make a frame. So a reply is encoded once, outside of any lock.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from ray_client_proto.v1.frame_pb2 import Attached, ServerFrame
from ray_client_proto.v1.operation_pb2 import Reply

_REPLIES_TAG: Final = bytes((ServerFrame.REPLIES_FIELD_NUMBER << 3 | 2,))
HEADER_BYTES: Final = 24  #: at most: two numbers of up to ten bytes, with their tags


def encode_reply(reply: Reply) -> bytes:
    """Give a reply as it stands in a frame."""
    encoded: bytes = reply.SerializeToString()
    length = len(encoded)
    prefix = bytearray(_REPLIES_TAG)
    while length > 0x7F:
        prefix.append(length & 0x7F | 0x80)
        length >>= 7
    prefix.append(length)
    return bytes(prefix) + encoded


def gather(queued: deque[bytes], size_bytes: int) -> int:
    """Tell how many of the queued replies make a frame of about `size_bytes`: at least one."""
    gathered = 0
    for count, encoded in enumerate(queued):
        gathered += len(encoded)
        if count and gathered > size_bytes:
            return count
    return len(queued)


def encode_frame(seq: int, ack: int, replies: list[bytes]) -> bytes:
    """Give a frame with these replies."""
    return b"".join((ServerFrame(seq=seq, ack=ack).SerializeToString(), *replies))


def encode_ack(ack: int) -> bytes:
    """Give a message that only acknowledges (D2)."""
    encoded: bytes = ServerFrame(ack=ack).SerializeToString()
    return encoded


def encode_attached(last_seen_seq: int, attach_count: int) -> bytes:
    """Give the first message of a stream (D5)."""
    attached = Attached(last_seen_seq=last_seen_seq, attach_count=attach_count)
    encoded: bytes = ServerFrame(ack=last_seen_seq, attached=attached).SerializeToString()
    return encoded
