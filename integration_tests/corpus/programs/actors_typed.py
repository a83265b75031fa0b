"""With types: `ray.remote` on a typed class, typed methods, and a generic container that travels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Generic, NamedTuple, TypeVar

import ray

T = TypeVar("T")


class Level(Enum):
    LOW = 1
    HIGH = 2


class Point(NamedTuple):
    x: int
    y: int


@dataclass(frozen=True, order=True)
class Reading:
    at: Point
    level: Level = Level.LOW


class Ring(Generic[T]):
    def __init__(self, size: int) -> None:
        self.size = size
        self.items: list[T] = []

    def push(self, item: T) -> None:
        self.items = [*self.items, item][-self.size :]

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)


@ray.remote
class Recorder:
    def __init__(self, size: int) -> None:
        self.ring: Ring[Reading] = Ring(size)

    @ray.method
    def record(self, reading: Reading) -> int:
        self.ring.push(reading)
        return len(self.ring.items)

    def latest(self) -> Ring[Reading]:
        return self.ring


def main() -> None:
    recorder = Recorder.remote(2)
    for x in range(4):
        level = Level.HIGH if x % 2 else Level.LOW
        last = recorder.record.remote(Reading(Point(x, -x), level))
    print(ray.get(last))
    ring = ray.get(recorder.latest.remote())
    print(isinstance(ring, Ring), list(ring))
    print(max(ring).level is Level.HIGH, Point(3, -3) == max(ring).at)


main()
