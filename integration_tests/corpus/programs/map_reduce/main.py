"""Count words: map tasks with a result for each reducer, reducers fed with references, the fastest results first."""

import sys
from collections import Counter

import ray
from texts import Document, bucket_of
from ray.exceptions import RayTaskError

REDUCERS = 3


@ray.remote(num_returns=REDUCERS)
def map_words(document):
    parts = [Counter() for _ in range(REDUCERS)]
    for word in document.words:
        parts[bucket_of(word, REDUCERS)][word] += 1
    return parts


@ray.remote
def reduce_counts(*parts):
    return sum(parts, Counter())


@ray.remote(max_retries=0)
def check(counts, expected):
    total = sum(counts.values())
    if total != expected:
        raise ValueError(f"{total} words, expected {expected}")
    return total


def main(count):
    ray.init(namespace="words")
    documents = [Document(number) for number in range(count)]
    mapped = [map_words.remote(ray.put(document)) for document in documents]
    reduced = [reduce_counts.remote(*parts) for parts in zip(*mapped)]
    counts, waiting = Counter(), list(reduced)
    while waiting:
        [done], waiting = ray.wait(waiting, num_returns=1)
        counts.update(ray.get(done))
    for word, times in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:5]:
        print(f"{word:>8} {times}")
    words = sum(map(len, documents))
    print(ray.get(check.remote(counts, words)) == words, ray.get_runtime_context().namespace)
    try:
        ray.get(check.remote(counts, 1))
    except ValueError as error:
        print(type(error).__name__, isinstance(error, RayTaskError), str(error).splitlines()[-1])


main(int(sys.argv[1]) if len(sys.argv) > 1 else 6)
