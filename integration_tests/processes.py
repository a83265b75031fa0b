"""The processes that the rig starts, and everything that they start in turn.

Ray's processes leave their parents, so neither the parent's id nor the process group finds them all. The environment is
inherited by all of them: each cluster and gateway gets a mark of its own there, and `/proc` shows who carries it.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

MARK = "RAY_CLIENT_TEST_MARK"


class RigError(Exception):
    """The rig could not start or end something; the text has the end of its output."""


def new_mark() -> str:
    """A mark that no other process has."""
    return uuid.uuid4().hex


def marked_processes(mark: str) -> dict[int, str]:
    """The command line of each living process that inherited the mark, by process id."""
    wanted = f"{MARK}={mark}".encode()
    found: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        # A process may end between the listing and the reading.
        with contextlib.suppress(OSError):
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                if command:  # a zombie has none
                    found[int(entry.name)] = command
    return found


def poll(condition: Callable[[], bool], within_s: float, every_s: float = 0.02) -> bool:
    """Whether the condition came true in time; for state outside that announces nothing."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every_s)
    return True


def report(text: str) -> None:
    """Leave a line in the test's captured output: a time, for whoever looks."""
    sys.stdout.write(text + "\n")


def kill_marked(mark: str) -> dict[int, str]:
    """End what carries the mark at once; returns what was still there."""
    left = marked_processes(mark)
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    poll(lambda: not marked_processes(mark), within_s=5)
    return left


class Process:
    """A child with the rig's mark, whose output lines can be awaited."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], cwd: Path | None = None) -> None:
        self.mark = env[MARK]
        self._popen = subprocess.Popen(
            command,
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C at the terminal is the test's, not the cluster's
        )
        self.pid = self._popen.pid
        self.lines: list[str] = []
        self._queue: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, name=f"output of {self.pid}", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._popen.stdout is not None
        with self._popen.stdout as output:
            for line in output:
                self.lines.append(line.rstrip("\n"))
                self._queue.put(line)
        self._queue.put(None)

    def wait_for_line(self, text: str, within_s: float) -> str:
        """The first line from here on with the text in it.

        Raises:
            RigError: the process ended, or the time did.
        """
        deadline = time.monotonic() + within_s
        while True:
            try:
                line = self._queue.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise RigError(f"no line with {text!r} within {within_s} s from {self.describe()}") from None
            if line is None:
                raise RigError(f"ended with {self._popen.wait()} before a line with {text!r}: {self.describe()}")
            if text in line:
                return line.rstrip("\n")

    def describe(self) -> str:
        """The command and the end of the output."""
        return "\n".join([str(self._popen.args), *self.lines[-40:]])

    def send(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        self._popen.send_signal(number)

    def wait(self, within_s: float) -> int:
        """The exit code.

        Raises:
            RigError: the process did not end in time; it still runs.
        """
        try:
            return self._popen.wait(within_s)
        except subprocess.TimeoutExpired:
            raise RigError(f"did not end within {within_s} s: {self.describe()}") from None

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._popen.poll() is None

    def end(self, within_s: float) -> int:
        """Ask it to end with SIGTERM, wait, and return its exit code; kills it and all it started if it does not.

        Raises:
            RigError: it did not end by itself.
        """
        try:
            self.send(signal.SIGTERM)
            return self.wait(within_s)
        finally:
            if self.is_alive:
                kill_marked(self.mark)
                self._popen.wait()
            self._reader.join(5)
