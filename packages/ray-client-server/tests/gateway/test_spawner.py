"""The spawner, with a real fork server that has nothing to import before it is asked to."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import pytest

from ray_client_server.config import DriverSettings
from ray_client_server.gateway.spawner import Spawner, describe_exit

SETTINGS = DriverSettings("id", "00", "c:1", "/s", "/c", "/l")


def test_processes_come_and_say_how_they_went():
    async def scenario() -> tuple[str, str]:
        # `sys.exit` stands for a driver: it is called with the settings as text, prints it and ends with 1.
        spawner = Spawner(run=sys.exit, preload=())
        try:
            await spawner.warm()
            failed = await spawner.start(SETTINGS, False)
            assert failed.pid not in (0, os.getpid())
            how = await failed.wait()
            failed.kill()  # changes nothing any more
            endless = await Spawner(run=_wait_forever, preload=()).start(SETTINGS, False)
            endless.kill()
            return how, await endless.wait()
        finally:
            spawner.close()

    assert asyncio.run(scenario()) == ("exit code 1", "killed by SIGKILL")


def test_a_process_that_nobody_wants_any_more_is_ended():
    async def scenario() -> None:
        spawner = Spawner(run=_wait_forever, preload=())
        starting = asyncio.ensure_future(spawner.start(SETTINGS, False))
        await asyncio.sleep(0)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        await spawner.warm()  # the one thread has done with the first by now
        spawner.close()

    asyncio.run(scenario())


def test_what_ray_says_of_an_environment_comes_back():
    async def scenario() -> tuple[dict[str, str], dict[str, str]]:
        spawner = Spawner(preload=())
        try:
            return await spawner.check_environment({"env_vars": {}}), await spawner.check_environment({"pip": 5})
        finally:
            spawner.close()

    accepted, refused = asyncio.run(scenario())
    assert accepted == {}
    assert refused["type_name"] == "builtins.TypeError"
    assert "pip" in refused["message"]


def _wait_forever(_: str) -> None:
    import signal

    signal.pause()


@pytest.mark.parametrize(
    ("code", "text"), [(0, "exit code 0"), (-11, "killed by SIGSEGV"), (-99, "killed by signal 99")]
)
def test_exit_codes_are_named(code, text):
    assert describe_exit(code) == text


FORKS_WITH_WARM_RAY = """
import os
from ray_client_server.driver import ray_warm
pid = os.fork()
if pid == 0:
    os._exit(0)
os.waitpid(pid, 0)
print("threads:", len(os.listdir("/proc/self/task")))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc")
def test_what_a_fork_server_has_imported_leaves_it_no_thread_that_a_fork_would_lose():
    done = subprocess.run([sys.executable, "-c", FORKS_WITH_WARM_RAY], capture_output=True, text=True)
    assert done.stdout.endswith("threads: 1\n"), done.stderr
