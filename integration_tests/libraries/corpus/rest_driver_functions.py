"""Functions that run where the driver is."""

import os
import sys

import ray

context = ray.init()
# On Ray itself the program is the driver.
run = getattr(context, "run", lambda function, *args, **kwargs: function(*args, **kwargs))


def facts(word, times=1):
    import ray

    return word * times, ray.is_initialized(), ray.data.range(3).count()


print(run(facts, "ab", times=2))
print(run(os.path.basename, "/x/y"), run(lambda: sys.version_info[0]))


class Odd(Exception):
    def __init__(self, number):
        super().__init__(number)
        self.number = number

    def __str__(self):
        return f"{self.number} is odd"


def halve(number):
    if number % 2:
        raise Odd(number)
    print("halving", number)
    return number // 2


print(run(halve, 8))
try:
    run(halve, 7)
except Odd as error:
    print(error, error.number)
ref = run(ray.put, {"kept": True})
print(ray.get(ref), isinstance(ref, ray.ObjectRef))
