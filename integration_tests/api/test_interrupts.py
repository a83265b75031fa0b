"""Ctrl-C in a program: what waits ends at once, and what was waited for goes on or is cancelled, as was said."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest
from gateway import Gateway

PROGRAM = """
    import sys, time, traceback
    import ray_client as ray
    from ray_client.exceptions import TaskCancelledError

    address, on_interrupt, how = sys.argv[1:]
    ray.init(address, on_interrupt=on_interrupt, log_to_driver=False)

    @ray.remote(num_cpus=0)
    def slow():
        import time
        for _ in range(40 if on_interrupt == "cancel" else 8):
            time.sleep(0.5)
        return "through"

    @ray.remote(num_cpus=0)
    def slow_items():
        import time
        for _ in range(40 if on_interrupt == "cancel" else 8):
            time.sleep(0.5)
        yield "through"

    items = slow_items.remote() if how == "next" else None
    ref = items.completed() if how == "next" else slow.remote()
    ready, _ = ray.wait([ref], timeout=1.5)  # it runs
    assert not ready
    print("waiting", flush=True)
    try:
        if how == "get":
            ray.get(ref)
        elif how == "wait":
            ray.wait([ref, slow.remote()], num_returns=2)
        else:
            next(items)
    except KeyboardInterrupt:
        print("interrupted", "cancel(ref)" in traceback.format_exc(), flush=True)
    print("usable", ray.get(ray.put(1)), flush=True)
    try:
        value = ray.get(ref, timeout=30)
        print("result", "through" if how == "next" else value, flush=True)
    except TaskCancelledError:
        print("result cancelled", flush=True)
"""


@pytest.mark.parametrize("how", ["get", "wait", "next"])
@pytest.mark.parametrize(("on_interrupt", "result"), [("keep", "through"), ("cancel", "cancelled")])
def test_ctrl_c(gateway: Gateway, on_interrupt: str, result: str, how: str) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROGRAM), gateway.address, on_interrupt, how],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert program.stdout is not None
    try:
        with program.stdout as output:
            assert output.readline() == "waiting\n"
            time.sleep(0.3)  # from the line to the inside of `get`, for which there is no event
            began_s = time.monotonic()
            os.kill(program.pid, signal.SIGINT)
            says_more = on_interrupt == "keep" and sys.version_info >= (3, 11)
            assert output.readline() == f"interrupted {says_more}\n"
            assert time.monotonic() - began_s < 2
            assert output.read() == f"usable 1\nresult {result}\n"
        assert program.wait(10) == 0
    finally:
        program.kill()
        program.wait()


def test_an_unknown_wish_is_refused(gateway: Gateway) -> None:
    import ray_client as ray

    with pytest.raises(ValueError, match=r"'keep' or 'cancel'"):
        ray.init(gateway.address, on_interrupt="ask")
