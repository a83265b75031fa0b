"""Anti-pattern: a task for each number; better one for each batch of them."""

from itertools import islice
from typing import Iterable, Iterator, List, TypeVar

import ray

T = TypeVar("T")
started = 0


def batched(items: Iterable[T], size: int) -> Iterator[List[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


@ray.remote
def double(number: int) -> int:
    return number * 2


@ray.remote
def double_all(numbers: List[int]) -> List[int]:
    return [number * 2 for number in numbers]


def main() -> None:
    numbers = range(60)
    small = ray.get([double.remote(number) for number in numbers])
    batches = [double_all.remote(batch) for batch in batched(numbers, 25)]
    large = [number for batch in ray.get(batches) for number in batch]
    print(small == large, len(small), "tasks or", len(batches))
    print(sum(large))


main()
