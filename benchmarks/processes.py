"""Processes of one run: started with a mark in their environment, ended by their ids, and all of them found again."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import time
import uuid
from pathlib import Path
from typing import Any

MARK = "RAY_CLIENT_BENCH_RUN"
END_S = 20.0


class Processes:
    """Owns every process of a run. As a context manager, it leaves none behind."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._mark = uuid.uuid4().hex
        self._started: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._started):
            end(process)
        for pid in self.left():
            os.kill(pid, signal.SIGKILL)

    @property
    def environment(self) -> dict[str, str]:
        """A private home, Ray's authentication off, and the mark of this run."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("RAY_", "PYTHON"))}
        return environment | {
            "HOME": str(self.home),
            "RAY_AUTH_MODE": "disabled",
            "RAY_USAGE_STATS_ENABLED": "0",
            MARK: self._mark,
        }

    def start(
        self, command: list[str], log: str, *, stdin: int = subprocess.DEVNULL, stdout: int | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a process whose stderr (and stdout, unless told otherwise) goes to the log of that name."""
        with (self.home / f"{log}.log").open("ab") as file:
            out = file if stdout is None else stdout
            process = subprocess.Popen(command, stdin=stdin, stdout=out, stderr=file, env=self.environment)
        self._started.append(process)
        return process

    def start_and_read_line(self, command: list[str], log: str) -> str:
        """Start a process that prints where it listens as its first line, and give that.

        Raises:
            RuntimeError: it ended before that; the message says where its log is.
        """
        process = self.start(command, log, stdout=subprocess.PIPE)
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"{command[1:]} ended with {process.wait()}; see {self.home / log}.log")
        return line.decode().strip()

    def left(self) -> list[int]:
        """Ids of the processes that carry the mark of this run (Linux; elsewhere none can be found)."""
        return [pid for pid in _all_pids() if pid != os.getpid() and self._mark.encode() in _read(pid, "environ")]

    def running(self, argument: bytes) -> set[int]:
        """Ids of those of them that have something in their command line."""
        return {pid for pid in self.left() if argument in _read(pid, "cmdline")}


class Requests:
    """A process that answers JSON lines, as `side.py` does."""

    def __init__(self, processes: Processes, command: list[str], log: str) -> None:
        self._process = processes.start(command, log, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, timeout_s: float, **request: Any) -> dict[str, float]:
        """Give what was measured, by name; a single number has the name "".

        Raises:
            RuntimeError: the case failed, took too long, or the process is gone; the message says which.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None
        try:
            stdin.write(json.dumps(request).encode() + b"\n")
            stdin.flush()
        except BrokenPipeError:
            raise RuntimeError("the process is gone") from None
        if not select.select([stdout], [], [], timeout_s)[0]:
            self._process.kill()
            raise RuntimeError(f"no answer within {timeout_s:.0f} s")
        answer = json.loads(stdout.readline() or '{"error": "the process ended"}')
        if "error" in answer:
            raise RuntimeError(answer["error"])
        value = answer["value"]
        return value if isinstance(value, dict) else {"": value}

    def end(self) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
            self._process.wait(END_S)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            end(self._process)


def end(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, and SIGKILL if that does not help in time."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """Give a port that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for_port(port: int, process: subprocess.Popen[bytes], timeout_s: float = 120.0) -> None:
    """Return once something listens there.

    Raises:
        RuntimeError: the process ended, or nothing listened in time.
    """
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"nothing listens on port {port}; exit status of {process.args!r}: {process.poll()}")


def _all_pids() -> list[int]:
    proc = Path("/proc")
    return [int(entry.name) for entry in proc.iterdir() if entry.name.isdigit()] if proc.is_dir() else []


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:  # gone, or not ours to look at
        return b""
