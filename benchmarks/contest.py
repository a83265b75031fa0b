"""A run in progress: who takes part, and how each is asked; what went wrong is kept and the run goes on."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cluster import NEAR, Pythons, Where
from processes import Processes, Requests
from samples import Samples

HERE = Path(__file__).resolve().parent
CASE_TIMEOUT_S = 180.0
OPEN_ATTEMPTS = 3
SETTLE_S = 0.2
MODULES = {
    "native": "ray",
    "stock": "ray",
    "dask": "dask",
    "ours": "ray_client",
    "gateway": "ray_client",
    "socket": "socket",
}


class Contest:
    """The sides of one run, each a process that lives through it, and what they measured."""

    def __init__(self, processes: Processes, pythons: Pythons, where: Where, sizes: str) -> None:
        self.processes = processes
        self.where = where
        self._sizes = sizes
        self.samples = Samples()
        self.pythons = {
            "native": pythons.cluster,
            "stock": pythons.cluster,
            "dask": pythons.bench,
            "ours": pythons.laptop,
            "gateway": pythons.laptop,
            "socket": pythons.laptop,
        }
        self._sides: dict[tuple[str, str], Requests] = {}

    def take(self, place: str, side: str, case: str, rows: Mapping[str, str]) -> None:
        """Have a side run a case; `rows` says for which row each of its numbers is. A side that failed begins anew."""
        time.sleep(SETTLE_S)
        with self.noting(rows.values(), side):
            requests = self._sides.get((place, side)) or self._open(place, side)
            try:
                self.keep(side, requests.ask(CASE_TIMEOUT_S, do="case", name=case), rows)
            except RuntimeError:
                self._sides.pop((place, side)).end()
                raise

    def keep(self, side: str, values: Mapping[str, float], rows: Mapping[str, str]) -> None:
        """Add what a case gave to the rows that it is for."""
        for name, row in rows.items():
            self.samples.add(row, side, values[name])

    def _open(self, place: str, side: str) -> Requests:
        """Start and connect a side that lives through the run."""
        requests = self._connected(side, self.where.addresses[place, side], place)
        self._sides[place, side] = requests
        return requests

    def _connected(self, side: str, address: str, log: str) -> Requests:
        """Start and connect a side; more than once, since Ray's client server fails to start now and then.

        Raises:
            RuntimeError: it failed each time.
        """
        for attempt in range(OPEN_ATTEMPTS):
            requests = self.new_side(side, address, f"{side}_{log}")
            try:
                requests.ask(CASE_TIMEOUT_S, do="open")
            except RuntimeError as error:
                requests.end()
                self.samples.fail("open_first", side, f"{error} ({log}, attempt {attempt + 1})")
            else:
                return requests
        raise RuntimeError(f"no session in {OPEN_ATTEMPTS} attempts")

    def new_side(self, side: str, address: str, log: str) -> Requests:
        """Start a side's process, connected to nothing yet."""
        command = [self.pythons[side], str(HERE / "side.py"), MODULES[side], address]
        command += ["--sizes", self._sizes, *["--through-gateway"] * (side == "gateway")]
        return Requests(self.processes, command, log)

    @contextmanager
    def apart(self, side: str, address: str | None = None) -> Iterator[Requests]:
        """Give a connected side in a process of its own."""
        requests = self._connected(side, address or self.where.addresses[NEAR, side], "apart")
        try:
            yield requests
            requests.ask(CASE_TIMEOUT_S, do="close")
        finally:
            requests.end()

    @contextmanager
    def noting(self, rows: Any, side: str) -> Iterator[None]:
        """A failure becomes a line of the report, and the run goes on."""
        try:
            yield
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            for row in rows:
                self.samples.fail(row, side, str(error))
            say(f"{', '.join(rows)}, {side}: {error}")

    def driver_pids(self, requests: Requests) -> list[int]:
        """Give the processes of the sessions of ours that a side has open.

        Raises:
            RuntimeError: the gateway knows of none.
        """
        address = self.where.addresses[NEAR, "gateway"].removeprefix("ray://")
        command = [self.pythons["native"], "-m", "ray_client_server", "status", "--address", address, "--json"]
        answer = json.loads(subprocess.check_output(command, env=self.processes.environment, text=True))
        client = f":{requests.pid}"
        found = [int(session["driver_pid"]) for session in answer["sessions"] if session["client"].endswith(client)]
        if not found:
            raise RuntimeError(f"the gateway has no session of process {requests.pid}")
        return found

    def end(self) -> None:
        for requests in self._sides.values():
            requests.end()


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
