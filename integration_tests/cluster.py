"""A Ray head of the tests' own, started from the cluster's environment, which is not the one that the tests run in."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from processes import MARK, Process, RigError, kill_marked, marked_processes, new_mark, poll

PYTHON_VARIABLE = "RAY_CLIENT_CLUSTER_PYTHON"


def cluster_python() -> Path:
    """The interpreter of the environment that has Ray and ray-client-server.

    Raises:
        RigError: the variable is not set, or names no file.
    """
    return _python(PYTHON_VARIABLE, "ray and ray-client-server")


@functools.cache
def cluster_ray() -> str:
    """The version of Ray that the cluster's environment has."""
    code = "from importlib.metadata import version; print(version('ray'))"
    return subprocess.run([cluster_python(), "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def plain_python(age: str) -> Path:
    """The interpreter of an environment that has `ray[default]` and nothing of ours, of the `newest` or `oldest` Ray.

    Raises:
        RigError: the variable is not set, or names no file.
    """
    return _python(f"RAY_CLIENT_PLAIN_{age.upper()}_PYTHON", "ray[default] alone")


def _python(variable: str, what: str) -> Path:
    value = os.environ.get(variable)
    if not value:
        raise RigError(
            f"{variable} is not set: set it to the python of an environment with {what} (`nox -s tests` makes one)"
        )
    path = Path(value)
    if not path.exists():
        raise RigError(f"{variable} is {value}, which does not exist")
    return path.absolute()


def free_ports(count: int) -> list[int]:
    """Ports of the loopback interface that nobody listens on now, outside the range that Ray's workers take."""
    with contextlib.ExitStack() as stack:
        found: list[int] = []
        while len(found) < count:
            listener = stack.enter_context(socket.socket())
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
            if not 10001 <= port <= 19999:
                found.append(port)
        return found


def private_environment(home: Path, mark: str, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a process of the rig: none of the user's own Ray settings reach it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RAY_", "PYTEST_"))}
    return {
        **kept,
        "HOME": str(home),
        "RAY_AUTH_MODE": "disabled",
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S": "0",
        "PYTHONUNBUFFERED": "1",
        MARK: mark,
        **(extra or {}),
    }


@dataclass
class Head:
    """A running Ray head; `close` ends it and proves that nothing is left."""

    process: Process
    directory: Path  #: home, temporary files, logs: all that it writes
    address: str  #: of the control service (GCS)
    ray_client_port: int  #: of Ray's own client server
    dashboard_port: int  #: of its dashboard, if it has one

    @property
    def dashboard(self) -> str:
        """The address of its dashboard."""
        return f"http://127.0.0.1:{self.dashboard_port}"

    @classmethod
    def start(
        cls,
        num_cpus: int = 4,
        env: Mapping[str, str] | None = None,
        *,
        with_dashboard: bool = False,
        python: Path | None = None,
        dashboard_port: int | None = None,
    ) -> Head:
        """Start a head and wait until it is up; a dashboard needs `ray[default]` in the cluster's environment.

        Another interpreter than that of the cluster's environment can be given, and the dashboard's port.

        Raises:
            RigError: it did not come up; nothing of it is left.
        """
        directory = Path(tempfile.mkdtemp(prefix="rcl-"))  # short: unix socket paths have 107 characters at most
        mark = new_mark()
        try:
            gcs_port, ray_client_port, free_port = free_ports(3)
            dashboard_port = dashboard_port or free_port
            home = directory / "h"
            home.mkdir()
            process = Process(
                _command(
                    python or cluster_python(),
                    gcs_port,
                    ray_client_port,
                    dashboard_port if with_dashboard else None,
                    directory / "r",
                    num_cpus,
                ),
                private_environment(home, mark, env),
                cwd=directory,
            )
            process.wait_for_line("Ray runtime started", within_s=180)  # under load
        except BaseException:
            kill_marked(mark)
            shutil.rmtree(directory, ignore_errors=True)
            raise
        return cls(process, directory, f"127.0.0.1:{gcs_port}", ray_client_port, dashboard_port)

    def close(self) -> None:
        """End the head.

        Raises:
            RigError: processes were left behind; they are gone now.
        """
        try:
            self.process.end(within_s=30)
            poll(lambda: not marked_processes(self.process.mark), within_s=15)
        finally:
            left = kill_marked(self.process.mark)
            shutil.rmtree(self.directory, ignore_errors=True)
        if left:
            raise RigError(f"the cluster left processes behind: {left}")


def _command(
    python: Path, gcs_port: int, ray_client_port: int, dashboard_port: int | None, temp_dir: Path, num_cpus: int
) -> list[str]:
    options = {
        "--node-ip-address": "127.0.0.1",
        "--port": str(gcs_port),
        "--ray-client-server-port": str(ray_client_port),
        "--temp-dir": str(temp_dir),
        "--include-dashboard": "false" if dashboard_port is None else "true",
        "--dashboard-port": str(dashboard_port or 0),
        "--dashboard-agent-listen-port": "0",  # several clusters on a machine
        "--num-cpus": str(num_cpus),
        "--resources": '{"rig": 8}',
        "--object-store-memory": str(512 * 1024 * 1024),
    }
    start = [str(python), "-m", "ray.scripts.scripts", "start", "--head", "--block"]
    return start + [part for pair in options.items() for part in pair]
