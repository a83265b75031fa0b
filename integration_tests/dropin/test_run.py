"""A program that was written for Ray, unchanged, from an environment without it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from gateway import Gateway

PROGRAM = """
import sys

import ray
import ray.util.queue
from ray.exceptions import RayTaskError
from ray.util import ActorPool
from ray.util.queue import Queue

from neighbour import twice

ray.init()


@ray.remote
def square(x):
    return x * x


@ray.remote
def nested(values):
    import ray.job_config  # only the cluster has it

    assert ray.job_config.JobConfig is not None
    return sum(ray.get([square.remote(twice(value)) for value in values]))


@ray.remote
class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value


@ray.remote
def fill(queue, count):
    for number in range(count):
        queue.put(number)
    return isinstance(queue, ray.util.queue.Queue), isinstance(queue, Queue)


@ray.remote
def fail():
    raise ValueError("as expected")


print(ray.get(nested.remote([1, 2, 3])))
print(list(ActorPool([Counter.remote()]).map(lambda actor, value: actor.add.remote(value), [1, 2, 3])))
queue = Queue()
print(ray.get(fill.remote(queue, 3)), queue.get_nowait_batch(3))
try:
    ray.get(fail.remote())
except ValueError as error:
    print(isinstance(error, RayTaskError))
print(sys.argv[1:])
if sys.argv[1:] == ["fail"]:
    ray.get(fail.remote())
"""


def run(gateway: Gateway, directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (directory / "neighbour.py").write_text("def twice(x):\n    return 2 * x\n")
    (directory / "program.py").write_text(PROGRAM)
    command = [sys.executable, "-m", "ray_client", "run", "--address", gateway.address, "program.py", *arguments]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=90)


def test_an_unchanged_program_runs(gateway: Gateway, tmp_path: Path) -> None:
    done = run(gateway, tmp_path, "--an", "argument")
    assert done.returncode == 0, done.stderr
    expected = "56\n[1, 3, 6]\n(True, True) [0, 1, 2]\nTrue\n['--an', 'argument']\n"
    assert done.stdout == expected


def test_what_fails_ends_it_as_python_would(gateway: Gateway, tmp_path: Path) -> None:
    done = run(gateway, tmp_path, "fail")
    assert done.returncode == 1
    assert "Traceback (most recent call last):" in done.stderr
    assert 'raise ValueError("as expected")' in done.stderr
    assert "RayTaskError(ValueError)" in done.stderr
    assert str(Path("ray_client") / "api") not in done.stderr


MEANT_FOR_A_CLUSTER_OF_ITS_OWN = """
import ray

ray.init(num_cpus=64, resources={"special": 1}, include_dashboard=False)
print(ray.get(ray.put("ran")))
"""


def test_a_program_s_own_cluster_is_passed_over_in_one_line(gateway: Gateway, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(MEANT_FOR_A_CLUSTER_OF_ITS_OWN)
    command = [sys.executable, "-m", "ray_client", "run", "--address", gateway.address]
    arguments = {"cwd": tmp_path, "capture_output": True, "text": True, "timeout": 90, "check": False}
    done = subprocess.run([*command, "program.py"], **arguments)
    assert (done.returncode, done.stdout) == (0, "ran\n")
    [line] = done.stderr.splitlines()
    assert "num_cpus=64, resources={'special': 1}" in line and gateway.address in line
    strict = subprocess.run([*command, "--strict-init", "program.py"], **arguments)
    assert strict.returncode == 1
    assert "ValueError: When connecting to an existing cluster" in strict.stderr


CONFTEST = """
import pytest
import ray


@pytest.fixture(scope="session")
def cluster():
    context = ray.init(address="auto", namespace="suite")
    yield context
    ray.shutdown()
    assert not ray.is_initialized()


@pytest.fixture
def counter(cluster, request):
    @ray.remote
    class Counter:
        def __init__(self, start):
            self.value = start

        def add(self):
            self.value += 1
            return self.value

    handle = Counter.options(name=request.node.name).remote(getattr(request, "param", 0))
    yield handle
    ray.kill(handle)
"""

TESTS = """
import pytest
import ray
from ray.exceptions import RayTaskError
from ray.util.queue import Queue


@pytest.fixture
def queue(cluster):
    queue = Queue(1)
    yield queue
    queue.shutdown()


def test_tasks(cluster, monkeypatch):
    monkeypatch.setenv("ONLY_HERE", "1")

    @ray.remote
    def f(x):
        import os

        return ray.get(ray.put(x)) + 1, os.environ.get("ONLY_HERE")

    assert ray.get(f.remote(1)) == (2, None)
    assert ray.__version__ == cluster.ray_version
    assert ray.get_runtime_context().namespace == "suite"


@pytest.mark.parametrize("counter", [0, 10], indirect=True)
def test_fixtures_that_make_actors(counter, request):
    assert ray.get(counter.add.remote()) in (1, 11)
    assert ray.get_actor(request.node.name) == counter


def test_queue(queue):
    queue.put("x")
    assert queue.get() == "x"


def test_errors(cluster):
    @ray.remote
    def fail():
        raise KeyError("k")

    with pytest.raises(KeyError) as caught:
        ray.get(fail.remote())
    assert isinstance(caught.value, RayTaskError)


def test_what_only_the_cluster_has():
    import ray.data
    from ray.rllib.algorithms import ppo

    assert not isinstance(3, ray.data.Dataset)
    with pytest.raises(NotImplementedError, match="inside a task"):
        ray.data.range(3)
    with pytest.raises(NotImplementedError, match="inside a task"):
        ppo.PPOConfig()
"""


def test_a_test_suite_of_ray_programs_runs(gateway: Gateway, tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_program.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "ray_client.dropin", "-p", "no:cacheprovider"]
    environment = {"RAY_ADDRESS": gateway.address, "HOME": str(tmp_path)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=90)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 passed" in done.stdout
