"""A gateway of the tests' own, started with the command that users have."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cluster import cluster_python, private_environment
from processes import Process, RigError, kill_marked, marked_processes, new_mark, poll


@dataclass
class Gateway:
    """A running gateway; `close` ends it and proves that nothing is left."""

    process: Process
    directory: Path  #: home, state, sockets, logs: all that it writes
    port: int

    @property
    def address(self) -> str:
        """What a user passes to `init`."""
        return f"ray://127.0.0.1:{self.port}"

    @classmethod
    def start(
        cls, cluster_address: str, *arguments: str, env: Mapping[str, str] | None = None, within_s: float = 30
    ) -> Gateway:
        """Start a gateway on a port of its own choice and wait until it serves.

        Raises:
            RigError: it did not come up; nothing of it is left.
        """
        directory = Path(tempfile.mkdtemp(prefix="rcg-"))
        mark = new_mark()
        home, temp, port_file = directory / "h", directory / "t", directory / "port"
        home.mkdir()
        temp.mkdir()
        try:
            command = start_command(cluster_address, "--port-file", str(port_file), *arguments)
            # With a temporary directory of its own, whatever it forgets to remove is seen.
            environment = private_environment(home, mark, {"TMPDIR": str(temp), **(env or {})})
            process = Process(command, environment, cwd=directory)
            if not poll(lambda: port_file.exists() or not process.is_alive, within_s) or not process.is_alive:
                raise RigError(f"the gateway did not come up: {process.describe()}")
            port = int(port_file.read_text().strip().rpartition(":")[2])
        except BaseException:
            kill_marked(mark)
            shutil.rmtree(directory, ignore_errors=True)
            raise
        return cls(process, directory, port)

    def driver_pids(self) -> list[int]:
        """The processes that the gateway started and that still live, drivers and their fork server."""
        return sorted(pid for pid in marked_processes(self.process.mark) if pid != self.process.pid)

    def left_files(self) -> list[str]:
        """What is in its temporary directory, sockets included."""
        temp = self.directory / "t"
        return sorted(str(path.relative_to(temp)) for path in temp.rglob("*"))

    def close(self) -> None:
        """End the gateway.

        Raises:
            RigError: it did not end by itself, or left processes or files behind; they are gone now.
        """
        files: list[str] = []
        try:
            self.process.end(within_s=20)
            poll(lambda: not marked_processes(self.process.mark), within_s=10)
            files = self.left_files()
        finally:
            processes = kill_marked(self.process.mark)
            shutil.rmtree(self.directory, ignore_errors=True)
        if processes or files:
            raise RigError(f"the gateway left behind: processes {processes}, files {files}")


def start_command(cluster_address: str, *arguments: str) -> Sequence[str]:
    """The command line of a gateway on a free port."""
    command = [str(cluster_python()), "-m", "ray_client_server", "start"]
    return [*command, "--address", cluster_address, "--port", "0", *arguments]
