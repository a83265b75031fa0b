"""Where the client's time goes: one case under a profiler, in every thread.

python hot_paths.py --address ray://HOST:PORT CASE [--repeat N] [--module ray_client] [--through-gateway]
"""

from __future__ import annotations

import argparse
import cProfile
import importlib
import pstats
import sys
import threading
from collections.abc import Callable
from typing import Any

import cases
from sizes import FULL


class Profiles:
    """One profile for each thread, as `cProfile` sees only the thread that it is enabled in."""

    def __init__(self) -> None:
        self._by_thread: dict[str, cProfile.Profile] = {}

    def begin(self) -> None:
        """Profile this thread, and each that starts from now on."""
        run = threading.Thread.run

        def profiled_run(self_: threading.Thread) -> None:
            self._of(self_.name).runcall(run, self_)

        threading.Thread.run = profiled_run  # type: ignore[method-assign, assignment]

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call it with this thread's profile on."""
        return self._of("caller").runcall(function, *arguments)

    def _of(self, name: str) -> cProfile.Profile:
        return self._by_thread.setdefault(name, cProfile.Profile())

    def write(self, lines: int) -> None:
        for name, profile in self._by_thread.items():
            profile.disable()
            if profile.getstats():
                print(f"\n== thread {name}")
                pstats.Stats(profile, stream=sys.stdout).sort_stats("tottime").print_stats(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("case", choices=sorted(cases.CASES))
    parser.add_argument("--address", required=True)
    parser.add_argument("--module", default="ray_client")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--lines", type=int, default=25)
    parser.add_argument("--through-gateway", action="store_true")
    arguments = parser.parse_args()

    profiles = Profiles()
    profiles.begin()
    ray = importlib.import_module(arguments.module)
    options = {"direct": False} if arguments.through_gateway else {}
    with ray.init(arguments.address, **options):
        fixture = cases.Fixture(ray, FULL)
        cases.CASES[arguments.case](fixture)  # warm, and not in the caller's profile
        for _ in range(arguments.repeat):
            seconds = profiles.call(cases.CASES[arguments.case], fixture)
            print(f"{arguments.case}: {seconds:.6f} s per unit under the profiler")
    profiles.write(arguments.lines)


if __name__ == "__main__":
    main()
