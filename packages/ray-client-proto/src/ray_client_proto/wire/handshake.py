"""What the two sides tell each other first, and what follows from it (docs/protocol.md, rules H1 to H3)."""

from __future__ import annotations

from collections.abc import Iterable

from ray_client_proto.wire.errors import IncompatibleVersionsError

PROTOCOL_OLDEST = 1  #: the oldest protocol version that this wheel speaks
PROTOCOL_NEWEST = 1  #: the newest

#: Names that a side may announce; each is described in docs/protocol.md.
CAPABILITIES = ("bulk", "direct", "logs", "packages", "streaming", "unary")


def choose_protocol(ours: tuple[int, int], theirs: tuple[int, int]) -> int:
    """Pick the newest protocol version that both sides speak; a range is `(oldest, newest)`.

    Raises:
        IncompatibleVersionsError: the ranges do not meet.

    >>> choose_protocol((2, 5), (1, 4))
    4
    """
    newest = min(ours[1], theirs[1])
    if newest < max(ours[0], theirs[0]):
        raise IncompatibleVersionsError(ours, theirs)
    return newest


def choose_capabilities(theirs: Iterable[str]) -> list[str]:
    """Give the capabilities that both sides have, in alphabetical order."""
    return sorted(set(CAPABILITIES) & set(theirs))
