"""What processes hold, as Linux says it (`proc(5)`), in MiB."""

from __future__ import annotations

import threading
from pathlib import Path

SAMPLE_S = 0.002


def status_mib(pid: int | str, key: str) -> float:
    """Give a line of `/proc/PID/status`."""
    text = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith(f"{key}:")) / 1024


def forget_peak(pid: int | str) -> None:
    """Have the peak of the resident memory (`VmHWM`) begin anew at what is resident now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def private_mib(pid: int) -> float:
    """Give what a process shares with no other: what ending it gives back (USS)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean:", "Private_Dirty:"))) / 1024


def available_mib() -> float:
    """Give what the machine can still hand out."""
    text = Path("/proc/meminfo").read_text()
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("MemAvailable:")) / 1024


class Above:
    """How far another process rises, without the shared memory that it maps: the store's own copy of a value.

    The kernel keeps a peak of all resident memory only, so a thread looks again and again at what is not shared. A
    short peak that it misses is in the kernel's, from which shared memory is taken away; the higher of both counts.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._before_mib = self._own_mib()
        self._shared_before_mib = status_mib(pid, "RssShmem")
        self._highest_mib = self._before_mib
        self._is_over = threading.Event()
        forget_peak(pid)
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _own_mib(self) -> float:
        return status_mib(self._pid, "RssAnon") + status_mib(self._pid, "RssFile")

    def _look(self) -> None:
        while not self._is_over.wait(SAMPLE_S):
            self._highest_mib = max(self._highest_mib, self._own_mib())

    def end(self) -> float:
        """Give the highest since the beginning, above what was there then."""
        self._is_over.set()
        self._thread.join()
        shared_mib = status_mib(self._pid, "RssShmem")
        kernel_mib = status_mib(self._pid, "VmHWM") - self._before_mib - max(shared_mib, self._shared_before_mib)
        return max(self._highest_mib - self._before_mib, kernel_mib)
