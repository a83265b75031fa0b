"""Environments of clients and servers, made by uv and kept from run to run."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Sequence
from pathlib import Path

from compat.matrix.plan import Client, Server
from compat.matrix.tools import Uv, interpreter
from compat.matrix.wheels import PACKAGES, Wheels

SUITE_NEEDS = ("numpy", "pytest>=8,<10", "pytest-timeout>=2.3")


class Environments:
    """Makes each environment when it is first asked for; several threads may ask.

    Args:
        wheels: what is installed in them.
        uv: makes them.
        kept: where they are kept.
        locks: where the constraints are that hold all else to a version.
    """

    def __init__(self, wheels: Wheels, uv: Uv, kept: Path, locks: Path) -> None:
        self._wheels, self._uv, self._kept, self._locked_in = wheels, uv, kept, locks
        self._lock = threading.Lock()
        self._locks: dict[Path, threading.Lock] = {}

    def client(self, client: Client) -> Path:
        """Give the interpreter of a client's environment, which has no ray.

        Raises:
            NotRunError: the machine does not have what it takes.
            RuntimeError: the environment cannot be made.
        """
        wheels = self._wheels.of(client.release, "ray-client")
        name = _name("client", *vars(client).values())
        return self._python(name, client.python, [*SUITE_NEEDS, *client.pins], wheels, "laptop")

    def server(self, server: Server) -> Path:
        """Give the interpreter of a server's environment.

        Raises:
            NotRunError: the machine does not have what it takes.
            RuntimeError: the environment cannot be made.
        """
        wheels = self._wheels.of(server.release, "ray-client-server")
        needs = [f"ray=={server.ray}", "numpy", *server.pins]
        lock = f"cluster-ray-{server.ray}"
        lock = lock if (self._locked_in / f"{lock}.txt").exists() else "cluster"
        return self._python(_name("server", *vars(server).values()), server.python, needs, wheels, lock)

    def versions(self, python: Path) -> dict[str, str]:
        """Give the versions of what is installed beside an interpreter, by name."""
        lines = self._uv.run("pip", "freeze", "-q", f"--python={python}").splitlines()
        return {name: version for name, _, version in (line.partition("==") for line in lines)}

    def _python(self, name: str, python: str, needs: Sequence[str], wheels: Sequence[Path], lock: str) -> Path:
        directory = self._kept / name
        constraints = _but_for(needs, (self._locked_in / f"{lock}.txt").read_text(encoding="utf-8").splitlines())
        with self._lock:
            busy = self._locks.setdefault(directory, threading.Lock())
        with busy:
            self._make(directory, [interpreter(self._uv, python), *needs], wheels, constraints)
        return directory / "bin" / "python"

    def _make(self, directory: Path, needed: Sequence[str], wheels: Sequence[Path], constraints: Sequence[str]) -> None:
        """Make an environment, or bring it up to date: wheels of the checkout change under the same name."""
        made_of = [*needed, *constraints]
        requirements, contents = directory / "requirements", directory / "wheels"
        is_made = _says(requirements, made_of)
        digests = [f"{hashlib.sha256(wheel.read_bytes()).hexdigest()} {wheel.name}" for wheel in wheels]
        if is_made and _says(contents, digests):
            return
        if not is_made:
            self._uv.run("venv", "-q", "--clear", f"--python={made_of[0]}", str(directory))
        contents.unlink(missing_ok=True)
        held_to = directory / "constraints"
        held_to.write_text("\n".join(constraints))
        again = [f"--reinstall-package={package}" for package in PACKAGES]
        # Compiled: the many processes of a cluster would else all begin by compiling Ray, and time out when busy.
        install = ["pip", "install", "-q", "--compile-bytecode", f"--python={directory}", *again]
        self._uv.run(*install, f"--constraint={held_to}", *map(str, wheels), *needed[1:])
        requirements.write_text("\n".join(made_of))
        contents.write_text("\n".join(digests))


def _but_for(needs: Sequence[str], lock: Sequence[str]) -> list[str]:
    """Give a lock without what the requirements themselves hold to a version."""
    pinned = {need.partition("==")[0] for need in needs if "==" in need}
    return [line for line in lock if line.partition("==")[0] not in pinned]


def _says(path: Path, lines: Sequence[str]) -> bool:
    return path.exists() and path.read_text() == "\n".join(lines)


def _name(side: str, release: str, python: str, *more: object) -> str:
    """Give the name of a directory, which what is in the environment decides."""
    words = re.findall(r"[\w.]+", f"{release} py{python} {more}")
    return "-".join([side, *words])
