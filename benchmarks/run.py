"""The benchmark: native Ray, Ray's own client, Dask, a bare socket, and ours, side by side in one run.

    python run.py --cluster-python PATH --bench-python PATH [--rounds N] [--quick] [--long] [--save]

The cluster's Python has `ray-client-server` and NumPy, the laptop's has `ray-client` and NumPy and no Ray, and that
of the bench has Dask's `distributed` and NumPy. Ours runs twice: past the gateway, as it does where its driver is on
the same machine, and through it, as from elsewhere. Each side is a process that lives through the run, and in every
round each case is run by one side after the other, so that what else happens on the machine meets all of them. Ratios
within one run count; absolute numbers do not.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import cluster
import rounds
import table
from cluster import Pythons
from contest import Contest, say
from processes import Processes
from samples import Samples, write_json

HERE = Path(__file__).resolve().parent


def measure(arguments: argparse.Namespace, processes: Processes) -> Samples:
    """Start everything, run all rounds, end everything but the cluster."""
    say("starting the cluster")
    pythons = Pythons(arguments.cluster_python, arguments.laptop_python, arguments.bench_python)
    sizes = "quick" if arguments.quick else "long" if arguments.long else "full"
    contest = Contest(processes, pythons, cluster.start(processes, pythons), sizes)
    if arguments.long:
        rounds.run_long(contest)
        return contest.samples
    for number in range(1, arguments.rounds + 1):
        started = time.perf_counter()
        rounds.run_round(contest, number)
        say(f"round {number} of {arguments.rounds}: {time.perf_counter() - started:.0f} s")
    contest.end()
    rounds.add_derived(contest)
    rounds.add_disk(contest)
    return contest.samples


def facts(arguments: argparse.Namespace, load_before: tuple[float, ...], seconds: float) -> dict[str, str]:
    """Say what was measured where: versions, machine, load."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=HERE, capture_output=True, text=True, check=False
    )
    done = "the long part, once," if arguments.long else str(arguments.rounds)
    done += f" in {seconds / 60:.1f} minutes"
    return {
        "when": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit.stdout.strip() or "unknown",
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs",
        "load before and after": " and ".join(f"{load[0]:.1f}" for load in (load_before, os.getloadavg())),
        "rounds": done + (", quick: sizes are smaller than the rows say" if arguments.quick else ""),
        "cluster": versions(arguments.cluster_python, "ray", "ray-client-server", "grpcio", "protobuf"),
        "laptop": versions(arguments.laptop_python, "ray-client", "grpcio", "protobuf"),
        "Dask": versions(arguments.bench_python, "distributed"),
    }


def versions(python: str, *distributions: str) -> str:
    """Give the versions of Python and of what is installed beside it."""
    code = (
        "import platform, sys; from importlib.metadata import version; "
        "print('Python', platform.python_version(), *(f', {name} {version(name)}' for name in sys.argv[1:]))"
    )
    return subprocess.check_output([python, "-c", code, *distributions], text=True).strip().replace(" ,", ",")


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
    parser.add_argument(
        "--bench-python",
        default=os.environ.get("RAY_CLIENT_BENCH_PYTHON"),
        help="Python of the environment with distributed; the default is $RAY_CLIENT_BENCH_PYTHON",
    )
    parser.add_argument("--rounds", type=int, help="default 5; with --quick 1")
    parser.add_argument("--quick", action="store_true", help="small sizes: does everything work?")
    parser.add_argument("--long", action="store_true", help="in place of the rounds what takes minutes, once")
    parser.add_argument("--home", type=Path, help="a short path to work in and leave logs in; default: a temporary one")
    parser.add_argument("--save", action="store_true", help="also write report and JSON to benchmarks/results/")
    parser.add_argument("--json", type=Path, help="also write every sample to this file")
    arguments = parser.parse_args()
    if not arguments.cluster_python or not arguments.bench_python:
        parser.error("say which Pythons are the cluster's and the bench's: --cluster-python PATH --bench-python PATH")
    arguments.rounds = arguments.rounds or (1 if arguments.quick else 5)
    return arguments


@contextmanager
def _temporary_home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="rcb-", ignore_cleanup_errors=True) as home:
        yield Path(home)


def main() -> None:
    arguments = parse()
    load_before, started = os.getloadavg(), time.monotonic()
    with ExitStack() as stack:
        home = arguments.home or stack.enter_context(_temporary_home())
        home.mkdir(parents=True, exist_ok=True)
        samples = measure(arguments, stack.enter_context(Processes(home.resolve())))
    found = facts(arguments, load_before, time.monotonic() - started)
    described = "\n".join(f"- {name}: {value}" for name, value in found.items())
    report = f"# Benchmark\n\n{described}\n\n{table.write(samples, arguments.long)}\n"
    print(report)
    if arguments.json:
        arguments.json.write_text(write_json(found, samples))
    if arguments.save:
        stem = f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d}{'-long' if arguments.long else ''}"
        for suffix, text in ((".md", report), (".json", write_json(found, samples))):
            path = HERE / "results" / f"{stem}{suffix}"
            path.write_text(text)
            say(f"written to {path}")


if __name__ == "__main__":
    main()
