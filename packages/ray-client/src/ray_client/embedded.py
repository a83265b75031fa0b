"""A local server of this process's own, for `init()` without an address.

The server runs under a small process that ends it when its own standard input closes: so it ends with
this process however this process ends.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import os
import re
import secrets
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from typing import IO, Any, Final

from ray_client.config import env
from ray_client.errors import EmbeddedServerError

START_TIMEOUT_S: Final = 120.0  #: for starting a cluster and the gateway on it
END_TIMEOUT_S: Final = 60.0  #: for ending both
_READY: Final = re.compile(r"ready: (ray://\S+)")
_SHOWN_LINES: Final = 15
_DRAIN_S: Final = 1  #: the server's only client is gone when it ends, so there is nothing to wait for
#: The local cluster has no dashboard; and how Ray logs is for the session to say.
_NO_MATTER: Final = ("include_dashboard", "dashboard_", "logging_", "configure_logging", "local_mode")


class EmbeddedServer:
    """A running local server. `close` may be repeated; it is done at exit too."""

    def __init__(self, process: subprocess.Popen[str], address: str, token: str) -> None:
        self.address, self.token = address, token
        self.pid = process.pid
        self._process = process
        self._opened_pid = os.getpid()
        atexit.register(self.close)

    def close(self) -> None:
        """End the server and its cluster, and wait until both have ended."""
        atexit.unregister(self.close)
        if os.getpid() == self._opened_pid:  # not in a forked child: the server is its parent's
            _end(self._process)


def is_available() -> bool:
    """Tell whether there is a server in this environment that could be started."""
    return importlib.util.find_spec("ray_client_server") is not None


def start_embedded(options: Mapping[str, Any] | None = None, timeout_s: float = START_TIMEOUT_S) -> EmbeddedServer:
    """Start a one-node cluster with a gateway on it, as a process of its own.

    Args:
        options: of `ray.init`, for the cluster.
        timeout_s: for everything.

    Raises:
        EmbeddedServerError: the server is not installed here, or did not come up; nothing is left running.
        ValueError: an option is not known to the server.
    """
    if not is_available():
        raise EmbeddedServerError(
            "init() was given no address, and ray-client-server is not installed in this environment",
            'give the address of a gateway, init("ray://host:20001") or RAY_ADDRESS; or `pip install ray-client-server`'
            " to have one here",
        )
    command = [sys.executable, "-m", "ray_client_server", "start", "--address", "local", "--port", "0"]
    command += ["--drain-s", str(_DRAIN_S), *_flags(options or {})]
    return start_server(command, timeout_s)


def _flags(options: Mapping[str, Any]) -> list[str]:
    given = {name: value for name, value in options.items() if value is not None and not name.startswith(_NO_MATTER)}
    if unknown := given.keys() - {"num_cpus"}:
        raise ValueError(
            f"the local server cannot be told {sorted(unknown)}, only num_cpus; start a cluster with `ray start --head`"
            " and its options, `ray-client-server start` beside it, and give that address"
        )
    return ["--num-cpus", str(given["num_cpus"])] if given else []


def start_server(command: list[str], timeout_s: float) -> EmbeddedServer:
    """Start a server with this command, which prints its address once it is ready.

    Raises:
        EmbeddedServerError: it ended, or was not ready in time; nothing is left running.
    """
    token = secrets.token_urlsafe(32)
    environment = env.child_environment(RAY_CLIENT_TOKEN=token, RAY_CLIENT_TOKEN_PATH=None, RAY_ADDRESS=None)
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, *command],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C in the terminal is for this process, not for the server
        )
        try:
            address = _wait_until_ready(process, timeout_s)
            if address is None:
                _end(process)
                raise EmbeddedServerError(f"it ended, or was not ready within {timeout_s:g} s", _last_lines(log))
        except BaseException:
            _end(process)
            raise
    return EmbeddedServer(process, address, token)


def _wait_until_ready(process: subprocess.Popen[str], timeout_s: float) -> str | None:
    """Give the address that the server prints; None if it ends first."""
    late = threading.Timer(timeout_s, lambda: process.stdin is not None and process.stdin.close())
    late.daemon = True
    late.start()
    try:
        for line in process.stdout or ():
            if found := _READY.search(line):
                return found[1]
        return None
    finally:
        late.cancel()


def _end(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(OSError):
        if process.stdin is not None:
            process.stdin.close()
    try:
        process.wait(END_TIMEOUT_S + 5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _last_lines(log: IO[str]) -> str:
    log.seek(0)
    lines = log.read().splitlines()[-_SHOWN_LINES:]
    return "it said:\n" + "\n".join(lines) if lines else "it said nothing"


def supervise(command: list[str]) -> int:
    """Run a command and end it when our standard input closes; gives its exit code."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as server:

        def end_with_input() -> None:
            while os.read(0, 1):
                continue
            server.terminate()
            try:
                server.wait(END_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                server.kill()

        threading.Thread(target=end_with_input, daemon=True).start()
        return server.wait()


if __name__ == "__main__":
    sys.exit(supervise(sys.argv[1:]))
