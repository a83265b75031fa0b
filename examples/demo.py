"""Show it all on one machine: a cluster, a laptop without ray, and the examples run from the one on the other.

    RAY_CLIENT_CLUSTER_PYTHON=PATH python demo.py [EXAMPLE ...]

`nox -s demo` makes the two environments and calls this with the laptop's Python. Starts `ray-client-server` in the
other one with a cluster of its own, runs the examples here, ends what it started, and checks that nothing is left.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent
MARK = "RAY_CLIENT_DEMO"
START_S = 180.0
END_S = 90.0
MAY_LINGER_S = 10.0


def main() -> None:
    parser = argparse.ArgumentParser(description="Run the examples from here on a cluster that is started for it.")
    parser.add_argument("examples", nargs="*", default=["first", "streaming", "census"])
    parser.add_argument("--cluster-python", default=os.environ.get("RAY_CLIENT_CLUSTER_PYTHON"))
    arguments = parser.parse_args()
    if not arguments.cluster_python:
        parser.error("say which Python has ray-client-server: --cluster-python, or RAY_CLIENT_CLUSTER_PYTHON")

    ray = "ray is installed, too" if importlib.util.find_spec("ray") else "ray is not installed"
    print(f"The laptop: Python {platform.python_version()}, {ray}.")
    with tempfile.TemporaryDirectory(prefix="rcd-", ignore_cleanup_errors=True) as home:
        environment = own_environment(Path(home))
        with server(arguments.cluster_python, Path(home), environment) as address:
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
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        text = port_file.read_text().strip() if port_file.exists() else ""
        if text:
            return int(text)
        time.sleep(0.1)
    state = f"ended with status {process.poll()}" if process.poll() is not None else f"is not ready after {START_S} s"
    raise SystemExit(f"The server {state}. The end of its log:\n{log.read_text(errors='replace')[-4000:]}")


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


if __name__ == "__main__":
    main()
