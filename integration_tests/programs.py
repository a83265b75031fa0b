"""Programs written for Ray, run as they are: natively, and from an environment without Ray."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from cluster import cluster_python, private_environment
from processes import MARK, kill_marked, new_mark

#: The cluster's own reports, between what the program prints: they may be there or not, and come when they come.
_REPORT = re.compile(r"\((raylet|autoscaler|[^()]*pid=\d+)[^()]*\)")
#: What Ray Tune says of itself whatever it is told, with names, times and paths that are new each time.
_BANNER = re.compile(
    r"[╭│├╰]|View detailed results here: |To visualize your results with TensorBoard, "
    r"|Trial \S+ errored after \d+ iterations? at |Error file: "
)


def run(
    command: Sequence[str], directory: Path, place: Path, extra: Mapping[str, str], within_s: float = 150
) -> tuple[int, str, str]:
    """Run a program in `place` to its end, with a new directory as its home; give exit code and output."""
    directory.mkdir()
    environment = private_environment(directory, new_mark(), {"TMPDIR": str(directory), **extra})
    try:
        done = subprocess.run(
            command, cwd=place, env=environment, capture_output=True, text=True, timeout=within_s, check=False
        )
    finally:
        kill_marked(environment[MARK])
    return done.returncode, done.stdout, done.stderr


def natively(*arguments: str) -> list[str]:
    """Give the command for a program on Ray itself."""
    return [str(cluster_python()), *arguments]


def through_the_client(*arguments: str, python: str = sys.executable) -> list[str]:
    """Give the command for a program through the client."""
    return [python, "-m", "ray_client", "run", *arguments]


def own_lines(printed: str) -> list[str]:
    """What the program itself printed. A report of an exception goes on to the line that names it."""
    lines, in_report = [], False
    for line in printed.splitlines():
        if _REPORT.search(line):
            in_report = in_report or line.endswith("User exception:")
        elif in_report:
            in_report = line.startswith(" ")
        elif line and not _BANNER.match(line):
            lines.append(line)
    return lines
