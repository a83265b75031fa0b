"""`inspect_serializability` finds the part of a function or a value that keeps it from travelling."""

import io
import threading

import ray
from ray.util import inspect_serializability

lock = threading.Lock()
settings = {"retries": 3}


def guarded(x):
    with lock:
        return x


def harmless(x):
    return x + settings["retries"]


class Holder:
    def __init__(self):
        self.name = "holder"
        self.lock = lock


for what in (harmless, guarded, Holder(), [1, 2]):
    can_travel, failures = inspect_serializability(what, print_file=io.StringIO())
    print(can_travel, sorted(type(failure.obj).__name__ for failure in failures))

report = io.StringIO()
inspect_serializability(guarded, name="guarded", print_file=report)
print("guarded" in report.getvalue(), "lock" in report.getvalue())

remote_guarded = ray.remote(guarded)
try:
    remote_guarded.remote(1)
except TypeError as error:
    print("refused:", "lock" in str(error))
