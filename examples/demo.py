"""Show it all on one machine: a cluster, a laptop without ray, and the examples run from the one on the other.

    RAY_CLIENT_CLUSTER_PYTHON=PATH python demo.py [EXAMPLE ...]
    RAY_CLIENT_PLAIN_NEWEST_PYTHON=PATH python demo.py --deploy [EXAMPLE ...]

`nox -s demo` makes the two environments and calls this with the laptop's Python. Starts `ray-client-server` in the
other one with a cluster of its own, runs the examples here, ends what it started, and checks that nothing is left.
`nox -s demo -- --deploy` starts a cluster of an environment with Ray and nothing of ours, and brings the server there.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent
MARK = "RAY_CLIENT_DEMO"
START_S = 180.0
END_S = 90.0
MAY_LINGER_S = 10.0


def main() -> None:
    parser = argparse.ArgumentParser(description="Run the examples from here on a cluster that is started for it.")
    parser.add_argument("examples", nargs="*", default=["first", "streaming", "census"])
    parser.add_argument("--deploy", action="store_true", help="onto a cluster without our server")
    parser.add_argument("--cluster-python", help="else RAY_CLIENT_CLUSTER_PYTHON, or RAY_CLIENT_PLAIN_NEWEST_PYTHON")
    arguments = parser.parse_args()
    variable, start = PLACES[arguments.deploy]
    python = arguments.cluster_python or os.environ.get(variable)
    if not python:
        parser.error(f"say which Python the cluster has: --cluster-python, or {variable}")

    ray = "ray is installed, too" if importlib.util.find_spec("ray") else "ray is not installed"
    print(f"The laptop: Python {platform.python_version()}, {ray}.")
    with tempfile.TemporaryDirectory(prefix="rcd-", ignore_cleanup_errors=True) as home:
        environment = own_environment(Path(home))
        with start(python, Path(home), environment) as address:
            for example in arguments.examples:
                script = EXAMPLES / f"{example}.py"
                print(f"\n$ python examples/{script.name} {address}", flush=True)
                subprocess.run([sys.executable, str(script), address], check=True, env=environment)
    check_nothing_left(environment[MARK])


def own_environment(home: Path) -> dict[str, str]:
    """Give an environment with a home of its own, none of the user's settings for Ray, and a mark to find it by."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    own = {"HOME": str(home), "RAY_AUTH_MODE": "disabled", "RAY_USAGE_STATS_ENABLED": "0", MARK: uuid.uuid4().hex}
    return kept | own


@contextmanager
def deployed(python: str, home: Path, environment: dict[str, str]) -> Iterator[str]:
    """Start a cluster that has never heard of us, and bring the server there; give its dashboard's address."""
    gcs, dashboard, port, client_port = (str(number) for number in free_ports(4))
    ray = [python, "-m", "ray.scripts.scripts", "start", "--head", "--block", "--port", gcs, "--temp-dir", f"{home}/r"]
    options = [
        "--dashboard-port",
        dashboard,
        "--dashboard-agent-listen-port",
        "0",
        "--ray-client-server-port",
        client_port,
    ]
    print("The cluster: Ray and its dashboard, and nothing of ours ...", flush=True)
    with (home / "ray.log").open("wb") as file:
        head = subprocess.Popen(
            [*ray, *options], stdout=file, stderr=subprocess.STDOUT, env=environment, start_new_session=True
        )
    url = f"http://127.0.0.1:{dashboard}"
    try:
        wait_until(head, home / "ray.log", lambda: b"Ray runtime started" in (home / "ray.log").read_bytes())
        run_client(environment, "deploy", url, "--port", port)
        yield url
        run_client(environment, "undeploy", url)
    finally:
        end(head)


def run_client(environment: dict[str, str], *arguments: str) -> None:
    """Run the command `ray-client`, and show it."""
    print(f"\n$ ray-client {' '.join(arguments)}", flush=True)
    subprocess.run([sys.executable, "-m", "ray_client", *arguments], check=True, env=environment)


def free_ports(count: int) -> list[int]:
    """Give ports that nobody listens on now."""
    with ExitStack() as stack:
        return [stack.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1] for _ in range(count)]


@contextmanager
def server(python: str, home: Path, environment: dict[str, str]) -> Iterator[str]:
    """Start a cluster of one node and its gateway; give the address, and end both afterwards."""
    log, port_file = home / "server.log", home / "port"
    command = [python, "-m", "ray_client_server", "start", "--address", "local", "--port", "0"]
    started = time.perf_counter()
    print("The cluster: starting one node and a gateway ...", flush=True)
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*command, "--port-file", str(port_file)],
            stdout=file,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,  # Ctrl-C is for this script, which then ends the server in its own way
        )
    try:
        address = f"ray://127.0.0.1:{wait_for_port(process, port_file, log)}"
        print(f"The cluster: ready at {address} after {time.perf_counter() - started:.1f} s.")
        yield address
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End the cluster, or what was begun of it."""
    started = time.perf_counter()
    process.terminate()
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    print(f"\nThe cluster: ended within {time.perf_counter() - started:.1f} s.")


def wait_for_port(process: subprocess.Popen[bytes], port_file: Path, log: Path) -> int:
    """Give the port once the server has written it.

    Raises:
        SystemExit: the server ended or was not ready in time; with the end of its log.
    """
    wait_until(process, log, lambda: port_file.exists() and port_file.read_text().strip() != "")
    return int(port_file.read_text())


def wait_until(process: subprocess.Popen[bytes], log: Path, is_ready: Callable[[], bool]) -> None:
    """Wait for a process to be ready.

    Raises:
        SystemExit: it ended or was not ready in time; with the end of its log.
    """
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        if is_ready():
            return
        time.sleep(0.1)
    state = f"ended with status {process.poll()}" if process.poll() is not None else f"is not ready after {START_S} s"
    raise SystemExit(f"The cluster {state}. The end of its log:\n{log.read_text(errors='replace')[-4000:]}")


def check_nothing_left(mark: str) -> None:
    """End what is left of the demo, and say so; a process may take a moment to go.

    Raises:
        SystemExit: something was left.
    """
    if not Path("/proc").is_dir():
        print("Whether a process is left cannot be seen on this system.")
        return
    deadline = time.monotonic() + MAY_LINGER_S
    while (left := marked_processes(mark)) and time.monotonic() < deadline:
        time.sleep(0.2)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    if left:
        raise SystemExit("These processes were left, and are ended now:\n" + "\n".join(left.values()))
    print("Nothing is left: no process, no file.")


def marked_processes(mark: str) -> dict[int, str]:
    """Give the processes that have the mark in their environment, with their command lines."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if mark.encode() in (entry / "environ").read_bytes():
                found[int(entry.name)] = (entry / "cmdline").read_text(errors="replace").replace("\0", " ")
        except OSError:  # it has ended since, or is another user's
            continue
    return found


#: Which Python is the cluster's, and what starts a cluster with it: without and with --deploy.
PLACES = {
    False: ("RAY_CLIENT_CLUSTER_PYTHON", server),
    True: ("RAY_CLIENT_PLAIN_NEWEST_PYTHON", deployed),
}

if __name__ == "__main__":
    main()
