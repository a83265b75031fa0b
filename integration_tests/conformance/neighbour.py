"""A module of the user's project that is not installed on the cluster."""

from __future__ import annotations

import functools
import logging
import threading
import weakref
from dataclasses import dataclass

from conformance.api import ray

OFFSET = 100


def twice(x: int) -> int:
    """Twice x."""
    return 2 * x


@functools.lru_cache(maxsize=8)
def cached_twice(x: int) -> int:
    """Twice x, remembered."""
    return 2 * x


@functools.singledispatch
def kind_of(x: object) -> str:
    """What x is."""
    return "object"


@kind_of.register
def _(x: int) -> str:
    return "int"


class Shared:
    """A class with what belongs to a process."""

    lock = threading.Lock()
    handler = logging.NullHandler()

    @functools.cached_property
    def value(self) -> int:
        """A value that is worked out once, under the lock."""
        with self.lock:
            return 5


shared = Shared()
references: weakref.WeakValueDictionary[str, Shared] = weakref.WeakValueDictionary(shared=shared)


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
