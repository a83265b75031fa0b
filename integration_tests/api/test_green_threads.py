"""Processes whose threads gevent or eventlet has replaced: they work, or are refused at once."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator

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


#: What the programs begin with.
WORKING = {
    "gevent": ("from gevent import monkey", "monkey.patch_all()"),
    "gevent without threads": ("from gevent import monkey", "monkey.patch_all(thread=False, queue=False)"),
    "eventlet without threads": ("import eventlet", "eventlet.monkey_patch(thread=False)"),
}
REFUSED = {
    "gevent's queues alone": ("from gevent import monkey", "monkey.patch_all(thread=False)"),
    "eventlet": ("import eventlet", "eventlet.monkey_patch()"),
}
Programs = dict[str, subprocess.Popen[str]]


@pytest.fixture(scope="module")
def programs(gateway: Gateway) -> Iterator[Programs]:
    """All of them, which run at the same time: most of it is spent on imports, and in turn that is long."""
    with contextlib.ExitStack() as running:
        started = {}
        for name, lines in {**WORKING, **REFUSED}.items():
            command = [sys.executable, "-W", "ignore", "-c", "\n".join(lines) + PROGRAM, gateway.address]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            started[name] = running.enter_context(process)
            running.callback(process.kill)
        yield started


@pytest.mark.parametrize("name", WORKING)
def test_what_works(programs: Programs, name: str) -> None:
    out, err = programs[name].communicate(timeout=120)
    assert (programs[name].returncode, out) == (0, "[0, 2, 4] 3000000\n"), err


@pytest.mark.parametrize(
    ("name", "said"), [("gevent's queues alone", "queue=False"), ("eventlet", "monkey_patch(thread=False)")]
)
def test_what_is_refused(programs: Programs, name: str, said: str) -> None:
    _, err = programs[name].communicate(timeout=120)
    assert programs[name].returncode == 1
    assert said in err
