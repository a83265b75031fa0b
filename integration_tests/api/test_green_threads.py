"""Processes whose threads gevent or eventlet has replaced: they work, or are refused at once."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest
from gateway import Gateway

pytestmark = pytest.mark.timeout(150)

PROGRAM = """
import sys
import threading

import ray_client as ray


@ray.remote
def twice(x):
    return 2 * x


try:
    ray.init(sys.argv[1], connect_timeout_s=20)
except ConnectionError as error:
    sys.exit(str(error))
got = []
threads = [threading.Thread(target=lambda x=x: got.append(ray.get(twice.remote(x)))) for x in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(got), len(ray.get(ray.put(bytes(3_000_000)))))
"""


def run(gateway: Gateway, *lines: str) -> subprocess.CompletedProcess[str]:
    program = "\n".join(lines) + textwrap.dedent(PROGRAM)
    command = [sys.executable, "-W", "ignore", "-c", program, gateway.address]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(
    "lines",
    [
        ("from gevent import monkey", "monkey.patch_all()"),
        ("from gevent import monkey", "monkey.patch_all(thread=False, queue=False)"),
        ("import eventlet", "eventlet.monkey_patch(thread=False)"),
    ],
    ids=["gevent", "gevent without threads", "eventlet without threads"],
)
def test_what_works(gateway: Gateway, lines: tuple[str, ...]) -> None:
    done = run(gateway, *lines)
    assert (done.returncode, done.stdout) == (0, "[0, 2, 4] 3000000\n"), done.stderr


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("from gevent import monkey", "monkey.patch_all(thread=False)"), "queue=False"),
        (("import eventlet", "eventlet.monkey_patch()"), "monkey_patch(thread=False)"),
    ],
    ids=["gevent's queues alone", "eventlet"],
)
def test_what_is_refused(gateway: Gateway, lines: tuple[str, ...], said: str) -> None:
    done = run(gateway, *lines)
    assert done.returncode == 1
    assert said in done.stderr
