"""Finds the cluster to serve, or starts one."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from ray_client_server.cluster import rayauth
from ray_client_server.config import AUTO, LOCAL
from ray_client_server.errors import StartError
from ray_client_server.observability.logs import EventLog

log = EventLog("cluster")

REACH_S = 5.0  #: for a TCP connection to an address that was given
JOIN_S = 60.0
START_S = 120.0
STOP_S = 15.0


@dataclass(frozen=True)
class Cluster:
    """The cluster that the gateway serves; `environ` is what our processes need to get into it."""

    address: str
    ray_version: str
    environ: dict[str, str]
    is_ours: bool


class LocalCluster:
    """A one-node cluster in a process of our own. It ends with `stop`, or with this process."""

    def __init__(self, directory: str, cpus: int | None) -> None:
        self._directory = directory
        self._cpus = cpus
        self._process: asyncio.subprocess.Process | None = None
        self.log_path = f"{directory}/logs/cluster.log"

    async def start(self) -> Cluster:
        """Start it and wait until it answers.

        Raises:
            StartError: it did not start; nothing of it is left.
        """
        environ = rayauth.for_starting(os.environ, Path.home())
        temp_dir = f"{self._directory}/ray"
        with open(self.log_path, "ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "ray_client_server.cluster.holder"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=output,
                env={**os.environ, **environ},
                start_new_session=True,
            )
        try:
            facts = await _ask(self._process, {"temp_dir": temp_dir, "cpus": self._cpus}, START_S)
        except BaseException:
            await self.stop()
            raise
        return Cluster(facts["address"], facts["ray_version"], environ, is_ours=True)

    async def wait(self) -> int:
        """Wait until it has ended, and give the exit code of its process."""
        assert self._process is not None
        return await self._process.wait()

    async def stop(self) -> None:
        """End it and remove its files; when it does not end by itself, by force."""
        process = self._process
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), STOP_S)
        except asyncio.TimeoutError:
            log.warning("cluster.killed", pid=process.pid)
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        self._process = None
        shutil.rmtree(f"{self._directory}/ray", ignore_errors=True)


async def _ask(process: asyncio.subprocess.Process, question: dict[str, object], within_s: float) -> dict[str, str]:
    """Send one line of JSON and give the answer.

    Raises:
        StartError: it says that it failed, or says nothing.
    """
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(json.dumps(question).encode() + b"\n")
    try:
        line = await asyncio.wait_for(process.stdout.readline(), within_s)
    except asyncio.TimeoutError:
        raise StartError(f"nothing that speaks Ray answered within {within_s:g} s") from None
    if not line:
        raise StartError(f"the process which talks to Ray ended with {await process.wait()}; its output says why")
    facts: dict[str, str] = json.loads(line)
    if "error" in facts:
        raise StartError(facts["error"])
    return facts


async def _check_reachable(address: str) -> None:
    host, _, port = address.rpartition(":")
    try:
        number = int(port)
        if not host or not 0 < number < 65536:
            raise ValueError
    except ValueError:
        raise StartError(f"--address {address!r} is neither auto, local nor HOST:PORT") from None
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host.strip("[]"), number), REACH_S)
    except (OSError, asyncio.TimeoutError) as error:
        raise StartError(f"no Ray cluster at {address}: {error or f'no answer in {REACH_S:g} s'}") from error
    writer.close()


async def join(address: str) -> Cluster | None:
    """Describe the running cluster at `address`; for `auto` give nothing if there is none.

    `auto` is RAY_ADDRESS, or else the last one that `ray start` started on this machine.

    Raises:
        StartError: the cluster which was named does not answer, or does not let us in.
    """
    named = address if address != AUTO else os.environ.get("RAY_ADDRESS", AUTO)
    if named == LOCAL:
        return None
    if named != AUTO:
        await _check_reachable(named)
    environ = rayauth.for_joining(os.environ, Path.home())
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ray_client_server.cluster.probe"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, **environ},
        start_new_session=True,
    )
    try:
        facts = await _ask(process, {"address": named}, JOIN_S)
    except StartError as error:
        if named == AUTO:
            log.info("cluster.none_found", because=error)
            return None
        advice = "" if rayauth.MODE in {**os.environ, **environ} else "; if it wants a token, set RAY_AUTH_TOKEN"
        raise StartError(f"cannot join the Ray cluster at {named}: {error}{advice}") from error
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    return Cluster(facts["address"], facts["ray_version"], environ, is_ours=False)


async def find_or_start(address: str, directory: str, cpus: int | None) -> tuple[Cluster, LocalCluster | None]:
    """Give the cluster to serve, and the part that ends it if we started it.

    Raises:
        StartError: none can be joined, or started.
    """
    if address != LOCAL:
        found = await join(address)
        if found is not None:
            return found, None
    local = LocalCluster(directory, cpus)
    return await local.start(), local
