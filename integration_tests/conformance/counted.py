"""A module of the user's project whose globals are bound anew."""

from __future__ import annotations

count, gone, FLAG = 0, 1, False


def bump(by: int = 1) -> None:
    """Count."""
    global count
    count += by


def create(value: object) -> None:
    """Make a global that was not there."""
    global created
    created = value


def drop() -> None:
    """Delete a global."""
    global gone
    del gone


def flag() -> bool:
    """What functions see."""
    return FLAG


class Counter:
    """Counts by its methods."""

    def bump(self) -> int:
        """Count by ten."""
        global count
        count += 10
        return count


def __getattr__(name: str) -> str:
    if name.startswith("lazy_"):
        return name.upper()
    raise AttributeError(f"there is no {name}")
