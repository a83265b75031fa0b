"""The first program: a task, an actor, an object.

python first.py ray://127.0.0.1:20001
"""

from __future__ import annotations

import sys

import ray_client as ray


@ray.remote
def square(number: int) -> int:
    return number * number


@ray.remote
class Counter:
    def __init__(self) -> None:
        self.total = 0

    def add(self, number: int) -> int:
        self.total += number
        return self.total


def main() -> None:
    with ray.init(sys.argv[1] if len(sys.argv) > 1 else None):
        # Tasks: each call gives a reference at once, and runs on the cluster.
        squares = [square.remote(number) for number in range(5)]
        print("squares:", ray.get(squares))

        # An actor: an object on the cluster that keeps its state. It may be given references.
        counter = Counter.remote()
        totals = [counter.add.remote(number) for number in squares]
        print("totals: ", ray.get(totals))

        # A value is sent once, and used as often as one likes.
        seven = ray.put(7)
        print("49 + 49:", sum(ray.get([square.remote(seven), square.remote(seven)])))


if __name__ == "__main__":
    main()
