"""A module of the user's project that is not installed on the cluster."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.api import ray

OFFSET = 100


def twice(x: int) -> int:
    """Twice x."""
    return 2 * x


@ray.remote
def remote_twice(x: int) -> int:
    """Twice x, by a task."""
    return twice(x)


@dataclass
class Point:
    """A class that travels in both directions."""

    x: int
    y: int

    def total(self) -> int:
        """The sum of both."""
        return self.x + self.y


class OwnError(Exception):
    """An exception of the user's own, with a required argument."""

    def __init__(self, code: int) -> None:
        super().__init__(f"code {code}")
        self.code = code

    def __reduce__(self) -> tuple[type, tuple[int]]:
        return OwnError, (self.code,)
