"""Code that is typed at a prompt: it travels between equal minor versions, and from Python 3.13 on to other ones."""

from __future__ import annotations

import os
import subprocess
import sys

import ray_client as ray

# Lines as they are typed: an empty one ends a block.
TYPED = """
import ray_client as ray
session = ray.init(ADDRESS, log_to_driver=False, direct=False, connect_timeout_s=60)
FACTOR = 3
def scaled(x):
    return x * FACTOR

@ray.remote
def task(x):
    return scaled(x)

class Point:
    def __init__(self, x):
        self.x = x
    def moved(self, by):
        return Point(self.x + by)

def tell(call):
    try:
        print("says", call())
    except ray.errors.PicklingError as error:
        print("says", type(error).__name__)

tell(lambda: ray.get(task.remote(2)))
def scaled(x):
    return x * FACTOR + 1

tell(lambda: ray.get(ray.remote(lambda x: scaled(x)).remote(2)))
tell(lambda: ray.get(ray.remote(Point).remote(4).moved.remote(1)).x)
made = {}
exec("def by_text(x):\\n    return x - 1", made)
tell(lambda: ray.get(ray.remote(made["by_text"]).remote(1)))
ray.shutdown()
"""

REFUSED = "says PicklingError"


def test_functions_and_classes_of_a_prompt(address: str, context: ray.ClientContext) -> None:
    check_prompt(["-i"], address, context, keeps_source=sys.version_info >= (3, 13))


def test_functions_and_classes_of_a_prompt_in_a_program(address: str, context: ray.ClientContext) -> None:
    check_prompt(["-c", "import code; code.interact()"], address, context, keeps_source=False)


def check_prompt(prompt: list[str], address: str, context: ray.ClientContext, *, keeps_source: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-q", *prompt],
        input=TYPED.replace("ADDRESS", repr(address)),
        env={**os.environ, "PYTHON_BASIC_REPL": "1"},
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    is_same_minor = context.python_version.split(".")[:2] == [str(part) for part in sys.version_info[:2]]
    expected = ["says 6", "says 7", "says 5"] if is_same_minor or keeps_source else [REFUSED] * 3
    expected.append("says 0" if is_same_minor else REFUSED)
    said = [line[line.index("says ") :] for line in done.stdout.splitlines() if "says " in line]
    assert said == expected, done.stdout + done.stderr
