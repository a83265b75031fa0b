"""Tasks start tasks: a sort that splits its work as deep as it pays."""

import random

import ray


@ray.remote(num_cpus=0.25)
def merge_sort(values, depth):
    if depth == 0 or len(values) < 2:
        return sorted(values)
    middle = len(values) // 2
    halves = ray.get([merge_sort.remote(half, depth - 1) for half in (values[:middle], values[middle:])])
    return list(merge(*halves))


def merge(left, right):
    left, right = list(left), list(right)
    while left and right:
        yield (left if left[0] <= right[0] else right).pop(0)
    yield from left or right


@ray.remote(num_cpus=0.25)
def starts_and_leaves(count):
    """Gives references to tasks that may still run when this one has ended."""

    @ray.remote(num_cpus=0.25)
    def cube(number):
        return number**3

    return [cube.remote(number) for number in range(count)]


def main():
    values = random.Random(5).sample(range(1000), 200)
    result = ray.get(merge_sort.remote(values, depth=2))
    print(result == sorted(values), result[:5], result[-5:])
    inner = ray.get(starts_and_leaves.remote(5))
    print([isinstance(reference, ray.ObjectRef) for reference in inner])
    print(ray.get(inner))


if __name__ == "__main__":
    main()
