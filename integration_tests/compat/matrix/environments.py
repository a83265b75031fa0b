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
    """

    def __init__(self, wheels: Wheels, uv: Uv, kept: Path) -> None:
        self._wheels, self._uv, self._kept = wheels, uv, kept
        self._lock = threading.Lock()
        self._locks: dict[Path, threading.Lock] = {}

    def client(self, client: Client) -> Path:
        """Give the interpreter of a client's environment, which has no ray.

        Raises:
            NotRunError: the machine does not have what it takes.
            RuntimeError: the environment cannot be made.
        """
        wheels = self._wheels.of(client.release, "ray-client")
        return self._python(
            _name("client", *vars(client).values()), client.python, [*SUITE_NEEDS, *client.pins], wheels
        )

    def server(self, server: Server) -> Path:
        """Give the interpreter of a server's environment.

        Raises:
            NotRunError: the machine does not have what it takes.
            RuntimeError: the environment cannot be made.
        """
        wheels = self._wheels.of(server.release, "ray-client-server")
        needs = [f"ray=={server.ray}", "numpy", *server.pins]
        return self._python(_name("server", *vars(server).values()), server.python, needs, wheels)

    def versions(self, python: Path) -> dict[str, str]:
        """Give the versions of what is installed beside an interpreter, by name."""
        lines = self._uv.run("pip", "freeze", "-q", f"--python={python}").splitlines()
        return {name: version for name, _, version in (line.partition("==") for line in lines)}

    def _python(self, name: str, python: str, needs: Sequence[str], wheels: Sequence[Path]) -> Path:
        directory = self._kept / name
        with self._lock:
            lock = self._locks.setdefault(directory, threading.Lock())
        with lock:
            self._make(directory, [interpreter(self._uv, python), *needs], wheels)
        return directory / "bin" / "python"

    def _make(self, directory: Path, made_of: Sequence[str], wheels: Sequence[Path]) -> None:
        """Make an environment, or bring it up to date: wheels of the checkout change under the same name."""
        requirements, contents = directory / "requirements", directory / "wheels"
        is_made = _says(requirements, made_of)
        digests = [f"{hashlib.sha256(wheel.read_bytes()).hexdigest()} {wheel.name}" for wheel in wheels]
        if is_made and _says(contents, digests):
            return
        if not is_made:
            self._uv.run("venv", "-q", "--clear", f"--python={made_of[0]}", str(directory))
        contents.unlink(missing_ok=True)
        again = [f"--reinstall-package={package}" for package in PACKAGES]
        # Compiled: the many processes of a cluster would else all begin by compiling Ray, and time out when busy.
        install = ["pip", "install", "-q", "--compile-bytecode", f"--python={directory}", *again]
        self._uv.run(*install, *map(str, wheels), *made_of[1:])
        requirements.write_text("\n".join(made_of))
        contents.write_text("\n".join(digests))


def _says(path: Path, lines: Sequence[str]) -> bool:
    return path.exists() and path.read_text() == "\n".join(lines)


def _name(side: str, release: str, python: str, *more: object) -> str:
    """Give the name of a directory, which what is in the environment decides."""
    words = re.findall(r"[\w.]+", f"{release} py{python} {more}")
    return "-".join([side, *words])
