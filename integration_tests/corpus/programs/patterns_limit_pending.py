"""Pattern: no more than a few unfinished tasks at a time, so that a million of inputs need no million of tasks."""

import ray

LIMIT = 4


@ray.remote(num_cpus=0.25)
def digits(number):
    return sum(map(int, str(2**number)))


def bounded(numbers, limit):
    pending, most = {}, 0
    for number in numbers:
        if len(pending) >= limit:
            done, _ = ray.wait(list(pending), num_returns=1)
            for reference in done:
                yield pending.pop(reference), ray.get(reference)
        pending[digits.remote(number)] = number
        most = max(most, len(pending))
    print("never more than", most)
    while pending:
        done, _ = ray.wait(list(pending), num_returns=len(pending))
        for reference in done:
            yield pending.pop(reference), ray.get(reference)


results = dict(bounded(range(0, 1000, 50), LIMIT))
print(len(results), [results[number] for number in (0, 50, 100, 950)])
print(results == {number: sum(int(digit) for digit in str(1 << number)) for number in range(0, 1000, 50)})
