"""What keeps code from travelling as source."""

from __future__ import annotations

import platform


class SourceError(Exception):
    """A function or class cannot travel to another Python; it says which one, why, and what to do."""

    def __init__(self, what: str, reason: str, advice: str) -> None:
        super().__init__(what, reason, advice)
        self.what, self.reason, self.advice = what, reason, advice

    def __str__(self) -> str:
        return f"{self.what} cannot be carried between Pythons: {self.reason}; {self.advice}"


def cannot_carry(what: str, reason: str, other: tuple[int, int]) -> SourceError:
    """Give the error of the side that sends."""
    return SourceError(
        what,
        f"byte code of Python {platform.python_version()} does not run on Python {version(other)}, and {reason}",
        "either use the same minor version of Python on both sides, or install the code on the other side, so that it "
        "is imported there",
    )


def cannot_build(what: str, reason: str) -> SourceError:
    """Give the error of the side that receives."""
    return SourceError(
        what,
        f"it came as source, and Python {platform.python_version()} {reason}",
        "either use the same minor version of Python on both sides, or write it in the syntax of the older one",
    )


def version(minor: tuple[int, int]) -> str:
    """Give a minor version as people write it.

    >>> version((3, 10))
    '3.10'
    """
    return f"{minor[0]}.{minor[1]}"
