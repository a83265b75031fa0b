"""The benchmark: native Ray, Ray's own client, and ours, side by side in one run.

    python run.py --cluster-python PATH [--laptop-python PATH] [--rounds N] [--quick] [--save]

The cluster's Python has `ray-client-server` and NumPy, the laptop's has `ray-client` and NumPy and no Ray. Ours runs
twice: past the gateway, as it does where its driver is on the same machine, and through it, as from elsewhere. Each
side is a process that lives through the run, and in every round each case is run by one side after the other, so that
what else happens on the machine meets all of them. Ratios within one run count; absolute numbers do not.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import cluster
import table
from processes import Processes, Requests

HERE = Path(__file__).resolve().parent
CASE_TIMEOUT_S = 180.0
OPEN_ATTEMPTS = 3
SETTLE_S = 0.4
DISTRIBUTIONS = {"native": "ray", "stock": "ray", "ours": "ray-client", "gateway": "ray-client"}
MODULES = {"native": "ray", "stock": "ray", "ours": "ray_client", "gateway": "ray_client"}
STEADY_CASES = (
    *("small_get", "small_put", "task_round_trip", "actor_round_trip"),
    *("task_batch", "actor_batch", "awaits", "put_big", "get_big", "chain"),
)


class Run:
    """One run: the processes, the sides, and what they measured."""

    def __init__(self, arguments: argparse.Namespace, processes: Processes) -> None:
        self.arguments = arguments
        self.processes = processes
        self.samples = table.Samples()
        self.sides: dict[str, Requests] = {}
        self.pythons = {
            "native": arguments.cluster_python,
            "stock": arguments.cluster_python,
            "ours": arguments.laptop_python,
            "gateway": arguments.laptop_python,
        }

    def measure(self) -> table.Samples:
        """Start everything, run all rounds, end everything but the cluster."""
        say("starting the cluster")
        where = cluster.start(self.processes, self.arguments.cluster_python, self.arguments.laptop_python)
        fast = {"native": where.native, "stock": where.stock, "ours": where.ours, "gateway": where.ours}
        slow = {"stock": where.stock_slow, "gateway": where.ours_slow}
        self._open_sides(fast, slow)
        for kind, address in (("direct", where.limit), ("relayed", where.limit_relayed)):
            command = [self.arguments.laptop_python, str(HERE / "grpc_limit.py"), "measure", address]
            self.sides[f"limit {kind}"] = Requests(self.processes, self._quick(command), f"limit_{kind}")
        for number in range(1, self.arguments.rounds + 1):
            started = time.perf_counter()
            self._round(fast, number)
            say(f"round {number} of {self.arguments.rounds}: {time.perf_counter() - started:.0f} s")
        for requests in self.sides.values():
            requests.end()
        self._add_derived()
        self._add_disk()
        return self.samples

    def _open_sides(self, fast: dict[str, str], slow: dict[str, str]) -> None:
        for suffix, addresses in (("", fast), (" slow", slow)):
            for side, address in addresses.items():
                self._open_side(side, address, side + suffix)

    def _open_side(self, side: str, address: str, name: str) -> None:
        """Start and connect a side; more than once, since Ray's client server fails to start now and then."""
        for _attempt in range(OPEN_ATTEMPTS):
            requests = self._new_side(side, address, name.replace(" ", "_"))
            with self._noting("open", name):
                requests.ask(CASE_TIMEOUT_S, do="open")
                self.samples.errors.pop(("open", name), None)
                self.sides[name] = requests
                return
            requests.end()

    def _new_side(self, side: str, address: str, log: str) -> Requests:
        command = [self.pythons[side], str(HERE / "side.py"), MODULES[side], address]
        if side == "gateway":
            command.append("--through-gateway")
        return Requests(self.processes, self._quick(command), log)

    def _quick(self, command: list[str]) -> list[str]:
        return [*command, "--quick"] if self.arguments.quick else command

    def _round(self, fast: dict[str, str], number: int) -> None:
        order = random.Random(number)  # what one side leaves to be cleaned up, the next one feels
        for case in STEADY_CASES:
            for side in order.sample(list(fast), len(fast)):
                self._take(side, case, case, side)
        for side in ("stock", "gateway"):
            self._take(f"{side} slow", "chain", "chain_slow", side)
        for case in ("echo", "up", "down"):
            for kind in ("direct", "relayed"):
                self._take(f"limit {kind}", case, f"limit_{case}", kind)
        for side, address in fast.items():
            if side in self.sides:
                self._open_and_put(side, address)
        for side, module in MODULES.items():
            with self._noting("import", side):
                self.samples.add("import", side, self._import_s(self.pythons[side], module))

    def _take(self, name: str, case: str, row: str, column: str) -> None:
        """Have one side run one case, if that side is there."""
        if name in self.sides:
            time.sleep(SETTLE_S)
            with self._noting(row, column):
                self.samples.add(row, column, self.sides[name].ask(CASE_TIMEOUT_S, do="case", name=case))

    def _open_and_put(self, side: str, address: str) -> None:
        """What has to be measured in a fresh process: opening sessions, and peak memory."""
        requests = self._new_side(side, address, f"{side}_fresh")
        with self._noting("open_first", side):
            self.samples.add("open_first", side, requests.ask(CASE_TIMEOUT_S, do="open"))
            requests.ask(CASE_TIMEOUT_S, do="close")
            self.samples.add("open_again", side, requests.ask(CASE_TIMEOUT_S, do="open"))
            self.samples.add("put_memory", side, requests.ask(CASE_TIMEOUT_S, do="case", name="put_memory"))
            requests.ask(CASE_TIMEOUT_S, do="close")
        requests.end()

    @contextmanager
    def _noting(self, case: str, side: str) -> Iterator[None]:
        """A failure becomes a line of the report, and the run goes on."""
        try:
            yield
        except RuntimeError as exc:
            self.samples.errors[case, side] = str(exc)
            say(f"{case}, {side}: {exc}")

    def _import_s(self, python: str, module: str) -> float:
        command = [python, "-c", f"import {module}"]
        started = time.perf_counter()
        outcome = subprocess.run(command, env=self.processes.environment, capture_output=True, text=True, check=False)
        elapsed_s = time.perf_counter() - started
        if outcome.returncode:
            raise RuntimeError(outcome.stderr.strip().rpartition("\n")[2])
        return elapsed_s

    def _add_derived(self) -> None:
        """The chain's round trips: what the distance cost, over what one round trip costs."""
        for side in table.SIDES:
            near, far = self.samples.median("chain", side), self.samples.median("chain_slow", side)
            if near is not None and far is not None:
                self.samples.add("chain_trips", side, max(far - near, 0.0) * 1000 / cluster.ROUND_TRIP_MS)

    def _add_disk(self) -> None:
        for side, distribution in DISTRIBUTIONS.items():
            command = [self.pythons[side], str(HERE / "footprint.py"), distribution]
            self.samples.add("disk", side, int(subprocess.check_output(command, text=True)) / 1e6)


def describe(arguments: argparse.Namespace, load_before: tuple[float, ...]) -> str:
    """Say what was measured where: versions, machine, load."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=HERE, capture_output=True, text=True, check=False
    )
    facts = {
        "when": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit.stdout.strip() or "unknown",
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs",
        "load before and after": " and ".join(f"{load[0]:.1f}" for load in (load_before, os.getloadavg())),
        "rounds": f"{arguments.rounds}{', quick (sizes are smaller than the rows say)' if arguments.quick else ''}",
        "cluster": versions(arguments.cluster_python, "ray", "ray-client-server", "grpcio", "protobuf"),
        "laptop": versions(arguments.laptop_python, "ray-client", "grpcio", "protobuf"),
    }
    return "\n".join(f"- {name}: {value}" for name, value in facts.items())


def versions(python: str, *distributions: str) -> str:
    """Give the versions of Python and of what is installed beside it."""
    code = (
        "import platform, sys; from importlib.metadata import version; "
        "print('Python', platform.python_version(), *(f', {name} {version(name)}' for name in sys.argv[1:]))"
    )
    return subprocess.check_output([python, "-c", code, *distributions], text=True).strip().replace(" ,", ",")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument(
        "--cluster-python",
        default=os.environ.get("RAY_CLIENT_CLUSTER_PYTHON"),
        help="Python of the environment with ray-client-server; the default is $RAY_CLIENT_CLUSTER_PYTHON",
    )
    parser.add_argument(
        "--laptop-python", default=sys.executable, help="Python of the environment with ray-client; default: this one"
    )
    parser.add_argument("--rounds", type=int, help="default 5; with --quick 1")
    parser.add_argument("--quick", action="store_true", help="small sizes: does everything work?")
    parser.add_argument("--home", type=Path, help="a short path to work in and leave logs in; default: a temporary one")
    parser.add_argument("--save", action="store_true", help="also write the report to benchmarks/results/")
    arguments = parser.parse_args()
    if not arguments.cluster_python:
        parser.error("say which Python is the cluster's: --cluster-python PATH")
    arguments.rounds = arguments.rounds or (1 if arguments.quick else 5)
    return arguments


@contextmanager
def _temporary_home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="rcb-", ignore_cleanup_errors=True) as home:
        yield Path(home)


def main() -> None:
    arguments = parse()
    load_before = os.getloadavg()
    with ExitStack() as stack:
        home = arguments.home or stack.enter_context(_temporary_home())
        home.mkdir(parents=True, exist_ok=True)
        samples = Run(arguments, stack.enter_context(Processes(home.resolve()))).measure()
    report = f"# Benchmark\n\n{describe(arguments, load_before)}\n\n{table.write(samples)}\n"
    print(report)
    if arguments.save:
        results = HERE / "results"
        results.mkdir(exist_ok=True)
        path = results / f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d-%H%M}.md"
        path.write_text(report)
        say(f"written to {path}")


if __name__ == "__main__":
    main()
