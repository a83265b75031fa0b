"""A gateway of the tests' own, started with the command that users have."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
        cls,
        cluster_address: str,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        within_s: float = 30,
        claims: Mapping[str, Any] | None = None,
    ) -> Gateway:
        """Start a gateway on a port of its own choice and wait until it serves.

        With `claims` it says those of itself, by the names of `Claims`.

        Raises:
            RigError: it did not come up; nothing of it is left.
        """
        directory = Path(tempfile.mkdtemp(prefix="rcg-"))
        mark = new_mark()
        home, temp, port_file = directory / "h", directory / "t", directory / "port"
        home.mkdir()
        temp.mkdir()
        try:
            command = start_command(cluster_address, "--port-file", str(port_file), *arguments, claims=claims)
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

    def sessions(self, token: str | None = None) -> list[Any]:
        """What the gateway says of its sessions, by its own protocol."""
        import grpc

        from ray_client_proto.v1 import gateway_pb2, gateway_pb2_grpc

        metadata = (("authorization", f"Bearer {token}"),) if token else ()
        with grpc.insecure_channel(f"127.0.0.1:{self.port}") as channel:
            stub = gateway_pb2_grpc.GatewayStub(channel)
            return list(stub.ListSessions(gateway_pb2.ListSessionsRequest(), timeout=10, metadata=metadata).sessions)

    def driver_pids(self) -> list[int]:
        """The processes that the gateway started and that still live, drivers and their fork server."""
        return sorted(pid for pid in marked_processes(self.process.mark) if pid != self.process.pid)

    def has_given_away(self, session_id: str) -> bool:
        """Whether the driver of a session has a connection to a client itself, on the gateway's port."""
        ready = next(line for line in self.process.lines if "session.ready" in line and session_id in line)
        pid = int(re.findall(r" pid=(\d+)", ready)[0])
        held = {os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir() if path.is_symlink()}
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        return any(row[1].endswith(f":{self.port:04X}") and f"socket:[{row[9]}]" in held for row in rows)

    def left_files(self) -> list[str]:
        """What is in its temporary directory, sockets included, but for what Ray's libraries leave there natively."""
        temp = self.directory / "t"
        found = (str(path.relative_to(temp)) for path in temp.rglob("*"))
        return sorted(path for path in found if not path.startswith("_ray_lockfiles"))

    def discard(self) -> None:
        """Remove all that is left of a gateway that was killed."""
        kill_marked(self.process.mark)
        shutil.rmtree(self.directory, ignore_errors=True)

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


def run_until_it_refuses(cluster_address: str, *arguments: str) -> tuple[int, str]:
    """Start a gateway that must refuse to run; give its exit code and what it said."""
    mark = new_mark()
    with tempfile.TemporaryDirectory(prefix="rcg-") as home:
        process = Process(
            start_command(cluster_address, *arguments), private_environment(Path(home), mark), cwd=Path(home)
        )
        try:
            code = process.wait(within_s=40)
            poll(lambda: not marked_processes(mark), within_s=10)
        finally:
            left = kill_marked(mark)
        if left:
            raise RigError(f"a gateway that refused to run left processes behind: {left}")
        return code, process.describe()


def status(gateway: Gateway) -> tuple[int, str]:
    """Run `ray-client-server status` for a gateway; give its exit code and output."""
    command = [str(cluster_python()), "-m", "ray_client_server", "status", "--address", f"127.0.0.1:{gateway.port}"]
    environment = private_environment(gateway.directory / "h", gateway.process.mark)
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30, check=False
    )
    return done.returncode, done.stdout


def start_command(cluster_address: str, *arguments: str, claims: Mapping[str, Any] | None = None) -> Sequence[str]:
    """The command line of a gateway on a free port."""
    program = ["-m", "ray_client_server"]
    if claims is not None:
        program = [str(Path(__file__).with_name("claiming.py")), json.dumps(claims)]
    return [str(cluster_python()), *program, "start", "--address", cluster_address, "--port", "0", *arguments]
