"""Defaults of the limits that both sides know; a server may announce others when a session opens."""

from typing import Final

DEFAULT_PORT: Final = 20001  #: of a gateway; outside the 10001 to 19999 that Ray's workers use

KIB: Final = 1024
MIB: Final = 1024 * KIB
GIB: Final = 1024 * MIB

MESSAGE_BYTES: Final = 16 * MIB  #: the largest gRPC message
CHUNK_BYTES: Final = 1 * MIB  #: data in one chunk of a bulk lane
INLINE_BYTES: Final = 256 * KIB  #: payloads above this go to a bulk lane
FRAME_BYTES: Final = 1 * MIB  #: operations are gathered into a frame up to about this size
REPLAY_BYTES: Final = 64 * MIB  #: frames kept until the peer acknowledges them
TRANSFER_BYTES: Final = 64 * GIB  #: the largest transfer
OBJECTS: Final = 500_000  #: that one get or wait may name
RESULTS: Final = 100_000  #: that one call may have
