"""Exceptions that make their text themselves, from the driver, from tasks and in values."""

import ray
from ray import tune


class Mine(Exception):
    def __init__(self, code, why="x"):
        super().__init__(f"code {code}: {why}")
        self.code = code


class Limit(tune.Stopper):
    def __call__(self, trial_id, result):
        return False

    def stop_all(self):
        return False

    def check(self):
        raise Mine(8, why="method")


@ray.remote
def fail():
    raise Mine(3)


@ray.remote
def give():
    return [Mine(5), ValueError(1)]


ray.init()
try:
    Limit().check()
except Mine as error:
    print(error, error.code, error.args)
try:
    ray.get(fail.remote())
except Mine as error:
    print(type(error.cause).__name__, str(error.cause), error.cause.code)
first, second = ray.get(give.remote())
print(first, first.code, repr(second))
