"""What tests of pickling share: another process, which has cloudpickle and nothing of ours."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable
from typing import Any

import pytest

from ray_client.api.counterparts import counterparts
from ray_client.pickling import pickler

TABLE = pickler.TokenTable({}, counterparts)

#: What another process does first: it reads the value, and reads what it wrote itself, as a further one would.
ELSEWHERE = """
import io, linecache, pickle, sys, traceback, types
sys.modules["ray_client"] = sys.modules["ray_client_proto"] = None
import cloudpickle, inspect
value = pickle.loads(sys.stdin.buffer.read())
again = io.BytesIO()
class Further(cloudpickle.Pickler):  # which keeps names of files, as Ray's own cloudpickle does
    def reducer_override(self, obj):
        if not isinstance(obj, types.CodeType):
            return super().reducer_override(obj)
        make, arguments = self.dispatch_table[types.CodeType](obj)
        return make, (*arguments[:10], obj.co_filename, *arguments[11:])
Further(again).dump(value)
linecache.clearcache()
value = pickle.loads(again.getvalue())
"""


#: Takes a value and the text of a program, and gives what the program prints.
Elsewhere = Callable[[Any, str], str]


def run_elsewhere(value: Any, program: str) -> str:
    """Give what a program prints to whose `value` this was sent."""
    stream = pickler.dump(value, TABLE).stream
    command = [sys.executable, "-c", ELSEWHERE + textwrap.dedent(program)]
    done = subprocess.run(command, input=stream, capture_output=True, check=False, timeout=60)
    assert not done.stderr, done.stderr.decode()
    return done.stdout.decode()


@pytest.fixture
def elsewhere() -> Elsewhere:
    """Gives what a program prints in another process to whose `value` a value was sent."""
    return run_elsewhere
