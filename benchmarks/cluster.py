"""What the sides connect to: a Ray head with Ray's own client server, our gateway, Dask, the bare socket, the links."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

from processes import Processes, free_port, wait_for_port

HERE = Path(__file__).resolve().parent
CPUS = 2
ROUND_TRIP_MS = 40.0
LINK_MBIT = 200.0
MAX_SESSIONS = 250
START_S = 120.0

#: Where a side may stand: beside the cluster, 40 ms away, or there and behind 200 Mbit/s too.
NEAR, FAR, NARROW = "near", "far", "narrow"


@dataclass(frozen=True)
class Pythons:
    """The interpreters of the environments."""

    cluster: str
    laptop: str
    bench: str


@dataclass(frozen=True)
class Where:
    """Where everything listens: (place, side) to an address; and what resets connections."""

    addresses: dict[tuple[str, str], str]
    resetting: dict[str, tuple[str, str]]  #: side to an address, and the port that resets its connections

    def sides(self, place: str) -> tuple[str, ...]:
        return tuple(side for at, side in self.addresses if at == place)


def start(processes: Processes, pythons: Pythons) -> Where:
    """Start everything, and return once it listens."""
    native, stock = _start_head(processes, pythons.cluster)
    ours = _start_gateway(processes, pythons.cluster, native)
    bare = f"127.0.0.1:{_start_own(processes, pythons.laptop, 'socket_limit.py')}"
    dask = _start_own(processes, pythons.bench, "dask_cases.py", str(CPUS))

    def link(target: str, *options: str) -> list[str]:
        return _start_own(processes, pythons.laptop, "relay.py", target, *options).split()

    far = ["--delay-ms", str(ROUND_TRIP_MS / 2)]
    narrow = [*far, "--mbit", str(LINK_MBIT)]
    resetting = {}
    for side, target in (("stock", stock), ("gateway", ours)):
        port, control = link(target)
        resetting[side] = f"ray://127.0.0.1:{port}", control
    return Where(
        {
            (NEAR, "native"): native,
            (NEAR, "stock"): f"ray://{stock}",
            (NEAR, "dask"): dask,
            (NEAR, "ours"): f"ray://{ours}",
            (NEAR, "gateway"): f"ray://{ours}",
            (NEAR, "socket"): bare,
            (FAR, "stock"): f"ray://127.0.0.1:{link(stock, *far)[0]}",
            (FAR, "gateway"): f"ray://127.0.0.1:{link(ours, *far)[0]}",
            (FAR, "socket"): f"127.0.0.1:{link(bare, *far)[0]}",
            (NARROW, "stock"): f"ray://127.0.0.1:{link(stock, *narrow)[0]}",
            (NARROW, "gateway"): f"ray://127.0.0.1:{link(ours, *narrow)[0]}",
            (NARROW, "socket"): f"127.0.0.1:{link(bare, *narrow)[0]}",
        },
        resetting,
    )


def _start_head(processes: Processes, python: str) -> tuple[str, str]:
    """Start `ray start --head`; give the addresses of its control service and of Ray's client server."""
    port, client_port = free_port(), free_port()
    # Else workers of one side are ended while another side has its turn, and starting new ones is measured.
    system_config = {"idle_worker_killing_time_threshold_ms": 600_000}
    head = processes.start(
        [
            *(python, "-c", "from ray.scripts.scripts import main; main()", "start", "--head", "--block"),
            *("--node-ip-address", "127.0.0.1", "--port", str(port), "--ray-client-server-port", str(client_port)),
            *("--num-cpus", str(CPUS), "--temp-dir", str(processes.home / "r"), "--include-dashboard", "false"),
            *("--system-config", json.dumps(system_config), "--disable-usage-stats"),
        ],
        "head",
    )
    wait_for_port(port, head, START_S)
    wait_for_port(client_port, head, START_S)
    return f"127.0.0.1:{port}", f"127.0.0.1:{client_port}"


def _start_gateway(processes: Processes, python: str, cluster_address: str) -> str:
    """Start our gateway; give its address."""
    port_path = processes.home / "gateway.port"
    port_path.unlink(missing_ok=True)  # of a run before in the same directory
    command = [python, "-m", "ray_client_server", "start", "--address", cluster_address]
    options = ["--port", "0", "--port-file", str(port_path), "--limit-sessions", str(MAX_SESSIONS)]
    gateway = processes.start([*command, *options], "gateway")
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and gateway.poll() is None:
        if port_path.exists() and (port := port_path.read_text().strip()):
            return f"127.0.0.1:{port}"
        time.sleep(0.1)
    log = (processes.home / "gateway.log").read_text(errors="replace")
    raise RuntimeError(f"the gateway did not start; the end of its log:\n{log[-2000:]}")


def _start_own(processes: Processes, python: str, script: str, *arguments: str) -> str:
    return processes.start_and_read_line([python, str(HERE / script), *arguments], script.removesuffix(".py"))
