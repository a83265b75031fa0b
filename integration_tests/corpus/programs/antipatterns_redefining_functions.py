"""Anti-pattern: a remote function made anew in a loop is exported anew each time; it works, and costs."""

import ray


def outer_each_time(numbers):
    references = []
    for number in numbers:

        @ray.remote
        def add(x, number=number):
            return x + number

        references.append(add.remote(1))
    return ray.get(references)


@ray.remote
def add_once(x, number):
    return x + number


print(outer_each_time(range(4)))
print(ray.get([add_once.remote(1, number) for number in range(4)]))

# The loop variable is one cell for all; each function is sent when it is first called.
functions = []
for word in ("one", "two", "three"):

    @ray.remote
    def say():
        return word  # noqa: B023

    functions.append(say)
print(ray.get([function.remote() for function in functions]))
