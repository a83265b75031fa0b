"""Starts driver processes: forked from a warm server, or inside an environment that Ray builds.

The fork server has imported Ray and has not started it, so that a driver is there in some milliseconds and
shares the pages of its imports with all others; it has also done what of joining a cluster can be done beforehand.
This process never imports Ray.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import json
import multiprocessing
import multiprocessing.forkserver
import os
import signal
import tempfile
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from ray_client_server.config import DriverSettings
from ray_client_server.errors import DriverFailedError
from ray_client_server.gateway import entry
from ray_client_server.observability.logs import EventLog

log = EventLog("spawner")

PRELOAD = (
    "ray_client_server.gateway.forked",
    "ray_client_server.driver.main",
    "ray_client_server.driver.ray_warm",
    "ray_client_server.gateway.entry",
)


class ForkedProcess:
    """A process that the fork server made for us."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self.pid = process.pid or 0
        self._loop = asyncio.get_running_loop()
        self._exit: asyncio.Future[str] = self._loop.create_future()
        self._sentinel = process.sentinel
        self._loop.add_reader(self._sentinel, self._reap)

    def _reap(self) -> None:
        self._loop.remove_reader(self._sentinel)
        self._process.join()
        code = self._process.exitcode
        self._process.close()
        if not self._exit.done():
            self._exit.set_result(describe_exit(code))

    def kill(self) -> None:
        """End it at once; once it has ended this changes nothing."""
        if not self._exit.done():
            os.kill(self.pid, signal.SIGKILL)  # until reaped, the number is nobody else's

    async def wait(self) -> str:
        """Wait until it has ended, and say how."""
        return await asyncio.shield(self._exit)


def describe_exit(code: int | None) -> str:
    """Say in words what an exit code means.

    >>> describe_exit(-9), describe_exit(1)
    ('killed by SIGKILL', 'exit code 1')
    """
    if code is None or code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"


class Spawner:
    """Starts processes without holding up the event loop. One thread does the waiting."""

    def __init__(self, run: Callable[[str], None] = entry.run_driver, preload: tuple[str, ...] = PRELOAD) -> None:
        """`run` is what a plain driver process calls with its settings as JSON; tests put in another."""
        self._run = run
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(preload))
        self._thread = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="spawner")

    async def warm(self) -> None:
        """Start the fork server and wait until it has imported everything."""
        process = await self._start(entry.do_nothing, "")
        await process.wait()

    async def start(self, settings: DriverSettings, in_environment: bool) -> ForkedProcess:
        """Start the driver of a session, or the process that starts it in its environment.

        Raises:
            OSError: the system has no more processes, or files.
        """
        text = await asyncio.to_thread(settings.to_json)
        return await self._start(entry.run_in_environment if in_environment else self._run, text)

    async def check_environment(self, runtime_env: dict[str, Any]) -> dict[str, str]:
        """Have Ray judge a runtime environment; give `type_name` and `message` of its refusal, or an empty dictionary.

        Raises:
            OSError: the system has no more processes, or files.
            DriverFailedError: the process that was to ask Ray died.
        """
        with tempfile.TemporaryDirectory(prefix="check-") as name:
            answer = Path(name) / "answer"
            asked = json.dumps({"runtime_env": runtime_env, "answer_path": str(answer)})
            process = await self._start(entry.check_environment, asked)
            try:
                how = await process.wait()
            finally:
                process.kill()
            if not answer.exists():
                raise DriverFailedError(f"the process that checks runtime environments died ({how})")
            found: dict[str, str] = json.loads(answer.read_text(encoding="utf-8"))
            return found

    def close(self) -> None:
        """End the waiting thread. The fork server ends with this process."""
        self._thread.shutdown(wait=False)

    async def _start(self, run: Callable[[str], None], text: str) -> ForkedProcess:
        def start() -> ForkServerProcess:
            process = self._context.Process(target=run, args=(text,), daemon=True)
            process.start()
            return process

        starting = asyncio.get_running_loop().run_in_executor(self._thread, start)
        try:
            return ForkedProcess(await asyncio.shield(starting))
        except asyncio.CancelledError:
            starting.add_done_callback(_kill_unwanted)
            raise


def _kill_unwanted(starting: asyncio.Future[ForkServerProcess]) -> None:
    """End a process that came up after whoever wanted it had gone."""
    if not starting.cancelled() and starting.exception() is None:
        ForkedProcess(starting.result()).kill()
