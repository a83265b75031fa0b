"""The programs that the matrix runs: uv and git."""

from __future__ import annotations

import functools
import os
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent.parent.parent


class NotRunError(Exception):
    """What a cell needs is not to be had on this machine; the text is the reason."""


class Uv:
    """The program uv."""

    def __init__(self, program: str) -> None:
        self._program = program

    def run(self, *arguments: str, **variables: str) -> str:
        """Give its output.

        Args:
            arguments: of the program.
            variables: set in its environment.

        Raises:
            RuntimeError: it failed.
        """
        command = [self._program, *arguments]
        done = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed: {done.stderr.strip()}")
        return done.stdout


@functools.cache
def interpreter(uv: Uv, python: str) -> str:
    """Give the path of a Python of the machine's own.

    Raises:
        NotRunError: the machine has none of that version.
    """
    try:
        return uv.run("python", "find", "--system", "--no-project", python).strip()
    except RuntimeError:
        raise NotRunError(f"no Python {python}") from None


def archive_of(commit: str) -> bytes:
    """Give the files of a commit as a tar archive."""
    return subprocess.check_output(["git", "archive", "--format=tar", commit], cwd=REPOSITORY)


def time_of(commit: str) -> str:
    """Give when a commit was made, in seconds since 1970."""
    return subprocess.check_output(["git", "show", "-s", "--format=%ct", commit], cwd=REPOSITORY, text=True).strip()


def fetch(commit: str) -> None:
    """Make sure that a commit is here: a clone may be shallow.

    Raises:
        NotRunError: it cannot be had.
    """
    try:
        if _git("cat-file", "-e", f"{commit}^{{commit}}"):
            return
        if _git("fetch", "-q", "--depth=1", "--no-tags", "origin", commit):
            return
    except FileNotFoundError:
        raise NotRunError("no git") from None
    raise NotRunError(f"commit {commit[:10]} is not in this clone and cannot be fetched")


def _git(*arguments: str) -> bool:
    """Whether a command succeeds, and asks nobody for a password."""
    command, env = ["git", *arguments], {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
    try:
        done = subprocess.run(command, cwd=REPOSITORY, env=env, capture_output=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
