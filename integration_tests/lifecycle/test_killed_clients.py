"""A client that was killed leaves nothing taken; one that only stands still keeps everything."""

from __future__ import annotations

import os
import signal
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cluster import private_environment
from gateway import Gateway
from processes import Process, new_mark, poll

import ray_client as ray

SPACE = "killed-clients"
IsFree = Callable[[str], bool]

HOLDER = """
    import os, signal, sys, time
    import ray_client as ray

    ray.init({address!r}, namespace={space!r}, direct={direct}, log_to_driver=False)

    @ray.remote(num_cpus=1)
    class Holder:
        def ready(self):
            return 1

    holder = Holder.options(name={name!r}).remote()
    ray.get(holder.ready.remote())
    if {forks}:
        child = os.fork()
        if not child:
            time.sleep(1000)
        print("child", child, flush=True)
    print("holds", flush=True)
    {end}
"""


class Holders:
    """Clients in processes of their own, each of which holds a named actor and a CPU."""

    def __init__(self, gateway: Gateway, directory: Path) -> None:
        self._gateway, self._directory = gateway, directory
        self.processes: list[Process] = []
        self._starting: list[tuple[Process, bool]] = []
        self.children: list[int] = []

    def start(self, name: str, *, direct: bool = False, forks: bool = False, end: str = "time.sleep(1000)") -> Process:
        text = HOLDER.format(address=self._gateway.address, space=SPACE, direct=direct, name=name, forks=forks, end=end)
        program = self._directory / f"{name}.py"
        program.write_text(textwrap.dedent(text))
        environment = private_environment(self._directory, new_mark())
        process = Process([sys.executable, str(program)], environment, cwd=self._directory)
        self.processes.append(process)
        self._starting.append((process, forks))
        return process

    def wait(self) -> None:
        """Wait until each of them holds what it is to hold: they start together, which takes less time than in turn."""
        for process, forks in self._starting:
            if forks:
                self.children.append(int(process.wait_for_line("child", within_s=60).split()[1]))
            process.wait_for_line("holds", within_s=60)
        self._starting.clear()

    def close(self) -> None:
        for process in self.processes:
            if process.is_alive:
                process.send(signal.SIGKILL)
            process.wait(within_s=10)
        for child in self.children:
            os.kill(child, signal.SIGKILL)


@pytest.fixture
def holders(gateway: Gateway, tmp_path: Path) -> Iterator[Holders]:
    holders = Holders(gateway, tmp_path)
    yield holders
    holders.close()


@pytest.fixture
def other(gateway: Gateway) -> Iterator[Any]:
    """A session in the namespace of those that are killed."""
    with ray.connect(gateway.address, namespace=SPACE, log_to_driver=False) as session:
        yield session


@pytest.fixture
def is_free(other: Any) -> IsFree:
    """Whether an actor's name can be given again."""

    def is_free(name: str) -> bool:
        try:
            other.get_actor(name)
        except ValueError:
            return True
        return False

    return is_free


def test_what_clients_held_that_went_without_a_word_is_free_soon(holders: Holders, is_free: IsFree, other: Any) -> None:
    ref = other.put("here")
    killed = [
        (holders.start("killed"), signal.SIGKILL),
        (holders.start("terminated", direct=True), signal.SIGTERM),
        (holders.start("forked", forks=True), signal.SIGKILL),
    ]
    left = holders.start("left", end="os._exit(3)")
    holders.wait()
    for process, number in killed:
        process.send(number)
        process.wait(within_s=10)
    assert left.wait(within_s=10) == 3
    os.kill(holders.children[0], 0)  # the child lives, and has its parent's connection
    for name in ("killed", "terminated", "forked", "left"):
        assert poll(lambda name=name: is_free(name), within_s=30), f"the name of the one {name} is still taken"
    assert other.get(ref) == "here"
    holders.start("killed")  # a rerun finds everything free
    holders.wait()


def test_a_client_that_is_stopped_keeps_what_it_has(holders: Holders, is_free: IsFree) -> None:
    stopped, watched = holders.start("stopped"), holders.start("watched")
    holders.wait()
    stopped.send(signal.SIGSTOP)
    watched.send(signal.SIGKILL)  # by the time that its name is free, the other was looked at as well
    watched.wait(within_s=10)
    assert poll(lambda: is_free("watched"), within_s=30)
    assert not is_free("stopped")
    stopped.send(signal.SIGCONT)
    assert not is_free("stopped")
