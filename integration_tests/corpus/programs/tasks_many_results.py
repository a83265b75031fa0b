"""A task with more than one result gives a reference for each; with a wrong number of results each of them fails."""

import ray

ray.init()


@ray.remote(num_returns=3)
def summary(numbers):
    ordered = sorted(numbers)
    return ordered[0], ordered[len(ordered) // 2], ordered[-1]


@ray.remote
def spread(lowest, highest):
    return highest - lowest


low, middle, high = summary.remote([7, 3, 9, 4, 1])
print(ray.get(middle), ray.get(spread.remote(low, high)))


@ray.remote(num_returns=2, max_retries=0)
def one_too_many():
    return 1, 2, 3


for reference in one_too_many.remote():
    try:
        ray.get(reference)
    except ValueError as error:
        print("refused:", "num_returns" in str(error))

print(one_too_many.options(num_returns=0).remote())
[a, b, c] = ray.get(one_too_many.options(num_returns=3).remote())
print(a + b + c)
