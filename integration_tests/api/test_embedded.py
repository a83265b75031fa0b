"""With client and server in one environment, `init()` needs no address: it brings a cluster of its own."""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from both import Both
from processes import MARK, Process, kill_marked, marked_processes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture
def both() -> Iterator[Both]:
    directory = Path(tempfile.mkdtemp(prefix="rce-"))
    both = Both(directory)
    yield both
    kill_marked(both.environment[MARK])
    shutil.rmtree(directory, ignore_errors=True)


def test_init_without_an_address(both: Both) -> None:
    done = both.run("""
        import sys
        import ray_client as ray

        with ray.init(num_cpus=2, log_to_driver=False):
            @ray.remote
            def square(x):
                return x * x

            print(ray.get([square.remote(i) for i in range(4)]), ray.cluster_resources()["CPU"])
        print("ray" in sys.modules)
    """)
    assert done.stdout.splitlines() == ["[0, 1, 4, 9] 2.0", "False"], done.stderr
    assert both.is_left_empty()
    assert list((both.directory / "t").iterdir()) == []


def test_the_first_call_brings_one_too_and_a_program_that_is_killed_leaves_nothing_running(both: Both) -> None:
    program = """
        import signal
        import ray_client as ray

        print("value", ray.get(ray.put(7)), flush=True)
        signal.pause()
    """
    process = Process(both.command(program), both.environment, cwd=both.directory)
    process.wait_for_line("value 7", within_s=120)
    assert len(marked_processes(both.environment[MARK])) > 3
    process.send(signal.SIGKILL)
    process.wait(within_s=10)
    assert both.is_left_empty()
