"""With client and server in one environment, `init()` needs no address: it brings a cluster of its own."""

from __future__ import annotations

import importlib.metadata
import shutil
import signal
import subprocess
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster import cluster_python, private_environment
from processes import MARK, Process, kill_marked, marked_processes, new_mark, poll

import ray_client

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


class Both:
    """The cluster's environment with the client beside the server."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        (directory / "home").mkdir()
        (directory / "t").mkdir()
        packages = directory / "packages"
        packages.mkdir()
        (packages / "ray_client").symlink_to(Path(ray_client.__file__).parent)
        metadata = Path(str(importlib.metadata.distribution("ray-client").locate_file(""))).glob(
            "ray_client-*.dist-info"
        )
        for path in metadata:
            (packages / path.name).symlink_to(path)
        extra = {"PYTHONPATH": str(packages), "TMPDIR": str(directory / "t")}
        self.environment = private_environment(directory / "home", new_mark(), extra)

    def command(self, program: str) -> list[str]:
        return [str(cluster_python()), "-c", textwrap.dedent(program)]

    def run(self, program: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(program),
            env=self.environment,
            cwd=self.directory,
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )

    def is_left_empty(self) -> bool:
        return poll(lambda: not marked_processes(self.environment[MARK]), within_s=40)


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


def test_a_program_that_is_killed_leaves_nothing_running(both: Both) -> None:
    program = """
        import signal
        import ray_client as ray

        ray.init(num_cpus=1, log_to_driver=False)
        print("value", ray.get(ray.put(7)), flush=True)
        signal.pause()
    """
    process = Process(both.command(program), both.environment, cwd=both.directory)
    process.wait_for_line("value 7", within_s=120)
    assert len(marked_processes(both.environment[MARK])) > 3
    process.send(signal.SIGKILL)
    process.wait(within_s=10)
    assert both.is_left_empty()
