"""What goes over a lane's own connection: a head, and after it what it is about (docs/protocol.md, rules B7 to B10)."""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from ray_client_proto.wire.errors import ProtocolError
from ray_client_proto.wire.limits import MIB

CHUNK: Final = 1  #: bytes of a transfer follow, which begin at the offset
STATUS: Final = 2  #: the driver has the bytes of an upload before the offset; from a client: how many has it?
DOWNLOAD: Final = 3  #: from a client: send a download from the offset on
FAILURE: Final = 4  #: from the driver: `ray_client.v1.Failure` follows, and then the connection's end
PACKED: Final = 5  #: as CHUNK, compressed: a frame of zstd follows (B11)
PACKED_DOWNLOAD: Final = 6  #: as DOWNLOAD, from a client that takes PACKED; its total is the link's rate, or 0

#: Bytes of a transfer in one message: so many that what else a message costs is little beside them.
LANE_BYTES: Final = 4 * MIB

_FORMAT: Final = struct.Struct("!BQQQ")
HEAD_BYTES: Final = _FORMAT.size


class Head(NamedTuple):
    """What every message begins with; numbers that say nothing in one of its kind are 0."""

    kind: int
    transfer_id: int = 0
    offset_bytes: int = 0
    total_bytes: int = 0

    def encode(self) -> bytes:
        """Give its bytes.

        >>> Head(CHUNK, 2, 3, 4).encode().hex()
        '01000000000000000200000000000000030000000000000004'
        """
        return _FORMAT.pack(*self)


def read_head(message: bytes) -> Head:
    """Read the head of a message.

    Raises:
        ProtocolError: these are not the bytes of one.
    """
    if len(message) != HEAD_BYTES:
        raise ProtocolError(f"B7: a message of a lane begins with {HEAD_BYTES} bytes, not {len(message)}")
    return Head(*_FORMAT.unpack(message))


def chunk_bytes(message_bytes: int) -> int:
    """Give how many bytes of a transfer go into a message where messages have this bound."""
    return max(1, min(LANE_BYTES, message_bytes - HEAD_BYTES))
