"""What the sides connect to: a Ray head with Ray's own client server, our gateway, the delay relay, the gRPC limit."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

from processes import Processes, free_port, wait_for_port

HERE = Path(__file__).resolve().parent
CPUS = 2
ROUND_TRIP_MS = 40.0
START_S = 120.0


@dataclass(frozen=True)
class Addresses:
    """Where everything listens."""

    native: str
    stock: str
    stock_slow: str
    ours: str
    ours_slow: str
    limit: str
    limit_relayed: str


def start(processes: Processes, cluster_python: str, laptop_python: str) -> Addresses:
    """Start everything, and return once it listens."""
    native, stock = _start_head(processes, cluster_python)
    ours = _start_gateway(processes, cluster_python, native)
    limit = _start_own(processes, cluster_python, "grpc_limit.py", "serve")
    return Addresses(
        native=native,
        stock=f"ray://{stock}",
        stock_slow=f"ray://{_start_delay(processes, laptop_python, stock)}",
        ours=f"ray://{ours}",
        ours_slow=f"ray://{_start_delay(processes, laptop_python, ours)}",
        limit=limit,
        limit_relayed=_start_own(processes, cluster_python, "grpc_limit.py", "relay", limit),
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
    gateway = processes.start([*command, "--port", "0", "--port-file", str(port_path)], "gateway")
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and gateway.poll() is None:
        if port_path.exists() and (port := port_path.read_text().strip()):
            return f"127.0.0.1:{port}"
        time.sleep(0.1)
    log = (processes.home / "gateway.log").read_text(errors="replace")
    raise RuntimeError(f"the gateway did not start; the end of its log:\n{log[-2000:]}")


def _start_delay(processes: Processes, python: str, target: str) -> str:
    return _start_own(processes, python, "delay_relay.py", target, str(ROUND_TRIP_MS / 2))


def _start_own(processes: Processes, python: str, script: str, *arguments: str) -> str:
    port = processes.start_and_read_port([python, str(HERE / script), *arguments], script.removesuffix(".py"))
    return f"127.0.0.1:{port}"
