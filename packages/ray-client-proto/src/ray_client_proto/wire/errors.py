"""What can go wrong in the rules of the wire.

WireError
├── ProtocolError            the peer broke a rule
├── IncompatibleVersionsError  the two sides share no protocol version
└── StrayTokenError          a handle was unpickled outside of a session
"""


class WireError(Exception):
    """Anything that the rules of the wire refuse."""


class ProtocolError(WireError):
    """The peer broke a rule of docs/protocol.md, or bytes from it make no sense."""


class IncompatibleVersionsError(WireError):
    """The two sides share no protocol version."""

    def __init__(self, ours: tuple[int, int], theirs: tuple[int, int]) -> None:
        super().__init__(ours, theirs)
        self.ours, self.theirs = ours, theirs

    def __str__(self) -> str:
        older = "this side" if self.ours[1] < self.theirs[0] else "the peer"
        return (
            f"this side speaks protocol {self.ours[0]} to {self.ours[1]}, the peer {self.theirs[0]} to "
            f"{self.theirs[1]}; upgrade {older}"
        )


class StrayTokenError(WireError):
    """A pickle with a session's handles in it was loaded without that session."""
