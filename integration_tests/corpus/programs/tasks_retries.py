"""Tasks are tried again: after a crash by themselves, after an exception if the program says which."""

import os

import ray
from ray.exceptions import WorkerCrashedError


@ray.remote(num_cpus=0)
class Attempts:
    def __init__(self):
        self.counts = {}

    def next(self, name):
        self.counts[name] = self.counts.get(name, 0) + 1
        return self.counts[name]


class Busy(Exception):
    pass


@ray.remote(max_retries=5)
def crashes(attempts, times):
    number = ray.get(attempts.next.remote("crashes"))
    if number <= times:
        os._exit(1)
    return number


@ray.remote(max_retries=3, retry_exceptions=[Busy])
def calls_a_busy_service(attempts, error_type):
    number = ray.get(attempts.next.remote(error_type.__name__))
    if number < 3:
        raise error_type(f"attempt {number}")
    return number


@ray.remote(max_retries=0)
def crashes_for_good():
    os._exit(1)


ray.init(log_to_driver=False)
attempts = Attempts.remote()
print("after crashes:", ray.get(crashes.remote(attempts, 1)))
print("after being busy:", ray.get(calls_a_busy_service.remote(attempts, Busy)))
try:
    ray.get(calls_a_busy_service.remote(attempts, ValueError))
except ValueError as error:
    print("not retried:", str(error).splitlines()[-1])
try:
    ray.get(crashes_for_good.remote())
except WorkerCrashedError as error:
    print(type(error).__name__)
