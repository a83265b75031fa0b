"""Tasks that yield: the caller works on the first items while the task makes the next ones."""

import ray
from ray import ObjectRefGenerator


@ray.remote
def primes(limit):
    sieve = bytearray([1]) * limit
    for number in range(2, limit):
        if sieve[number]:
            yield number
            sieve[number * number :: number] = bytes(len(range(number * number, limit, number)))


@ray.remote
def square(number):
    return number * number


stream = primes.remote(30)
print(isinstance(stream, ObjectRefGenerator))
first = next(stream)
print(isinstance(first, ray.ObjectRef), ray.get(first))
print([ray.get(reference) for reference in stream])
try:
    next(stream)
except StopIteration:
    print("that was all")

# Items are references as others are: they go into other tasks without a detour over this program.
print(ray.get([square.remote(reference) for reference in primes.remote(12)]))


@ray.remote(max_retries=0)
def stops_half_way():
    yield "half"
    raise RuntimeError("no more")


items = []
for reference in stops_half_way.remote():
    try:
        items.append(ray.get(reference))
    except RuntimeError as error:
        items.append(str(error).splitlines()[-1])
print(items)


@ray.remote(_generator_backpressure_num_objects=2)
def with_brakes(count):
    for number in range(count):
        yield number


print(sum(ray.get(reference) for reference in with_brakes.remote(9)))
