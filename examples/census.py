"""A census of the Python standard library: files of this machine, counted on a cluster.

    python census.py ray://127.0.0.1:20001

reads every Python file of this Python's own standard library *here*, has them parsed by tasks on
the cluster, adds the results up in an actor there, and compares the outcome with the same census
taken without Ray. With Ray installed, `import ray` instead of `import ray_client as ray` runs the
same program as an ordinary Ray driver.
"""

from __future__ import annotations

import argparse
import platform
import sysconfig
import time
from pathlib import Path

import census_facts
from census_facts import Facts, SourceFile

import ray_client as ray

FILES_PER_TASK = 40


@ray.remote
def examine(files: list[SourceFile]) -> Facts:
    """Runs on the cluster: parse a batch of files."""
    return census_facts.of_files(files)


@ray.remote
class Tally:
    """Lives on the cluster: adds up what the tasks found."""

    def __init__(self) -> None:
        self.facts = Facts()

    def add(self, found: Facts) -> int:
        self.facts += found
        return found.files

    def result(self) -> Facts:
        return self.facts


def read_sources() -> list[SourceFile]:
    """Read the standard library from this machine's disk."""
    root = Path(sysconfig.get_paths()["stdlib"])
    paths = (path for path in sorted(root.rglob("*.py")) if "site-packages" not in path.parts)
    return [(path.relative_to(root).as_posix(), path.read_bytes()) for path in paths]


def count_on_cluster(sources: list[SourceFile]) -> Facts:
    """Count with tasks and an actor, and show how far they are."""
    tally = Tally.remote()
    # Nothing waits in this loop: the reference of a task that has not run yet goes on to the actor.
    pending = []
    for start in range(0, len(sources), FILES_PER_TASK):
        found = examine.remote(sources[start : start + FILES_PER_TASK])
        pending.append(tally.add.remote(found))

    counted, next_shown = 0, 10
    while pending:
        ready, pending = ray.wait(pending)
        counted += sum(ray.get(ready))
        percent = 100 * counted // len(sources)
        if percent >= next_shown:
            print(f"  {percent:3d} %  {counted:5,d} files", flush=True)
            next_shown = percent - percent % 10 + 10
    return ray.get(tally.result.remote())


def report(facts: Facts) -> str:
    """Give the report as text."""
    definitions = facts.functions + facts.classes + facts.files - len(facts.not_parsed)
    rows = {
        "files": f"{facts.files:,d}  ({facts.size_bytes / 1e6:.1f} MB)",
        "lines": f"{facts.lines:,d}",
        "classes": f"{facts.classes:,d}",
        "functions": f"{facts.functions:,d}  ({facts.async_functions:,d} async)",
        "with a docstring": f"{100 * facts.documented / max(definitions, 1):.0f} % of modules, classes and functions",
        "with a return type": f"{100 * facts.annotated / max(facts.functions, 1):.0f} % of functions",
        "longest function": f"{facts.longest[1]}, {facts.longest[0]:,d} lines",
        "most imported": ", ".join(f"{module} ({files})" for module, files in facts.imports.most_common(6)),
        "not parsed": f"{len(facts.not_parsed)}  (broken on purpose, to test the parser)",
    }
    return "\n".join(f"  {name:<20}{value}" for name, value in rows.items())


def main() -> None:
    parser = argparse.ArgumentParser(description="Take a census of the standard library on a Ray cluster.")
    parser.add_argument("address", nargs="?", help="such as ray://127.0.0.1:20001; the default is $RAY_ADDRESS")
    address = parser.parse_args().address

    sources = read_sources()
    print(f"Read {len(sources):,d} files of Python {platform.python_version()} on {platform.node()}.")
    started = time.perf_counter()
    with ray.init(address, log_to_driver=False):
        print(f"Connected in {time.perf_counter() - started:.2f} s. Counting on the cluster:", flush=True)
        started = time.perf_counter()
        facts = count_on_cluster(sources)
        cluster_s = time.perf_counter() - started

    started = time.perf_counter()
    expected = census_facts.of_files(sources)
    local_s = time.perf_counter() - started
    print(f"\nThe standard library of Python {platform.python_version()}\n\n{report(facts)}\n")
    if facts != expected:
        raise SystemExit("The census taken here, without Ray, gives something else:\n" + report(expected))
    print(f"Counted in {cluster_s:.1f} s on the cluster. Counted again here, without Ray, in {local_s:.1f} s: equal.")


if __name__ == "__main__":
    main()
