"""A side of the comparison, as a process: reads requests from stdin and answers on stdout, as JSON lines.

    python side.py ray|ray_client|dask|socket ADDRESS [--sizes NAME] [--through-gateway]

`{"do": "open"}`, `{"do": "close"}` and `{"do": "case", "name": ...}` are answered by `{"value": seconds}`, by
`{"value": {name: number}}` or by `{"error": text}`. What Ray or a case prints goes to stderr.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import time
import traceback
from typing import Any

from sizes import SIZES, Sizes


class Side:
    """One `ray`, and the session that it may have open."""

    def __init__(self, module: str, address: str, sizes: Sizes, **options: Any) -> None:
        self.ray = importlib.import_module(module)
        self.address = address
        self.options = options
        self.sizes = sizes
        self.fixture: Any = None

    def open(self) -> float:
        """Seconds from `init` until the first answer of the cluster is here."""
        started = time.perf_counter()
        self.ray.init(self.address, **self.options)
        assert self.ray.get(self.ray.put(1)) == 1
        return time.perf_counter() - started

    def close(self) -> float:
        """Seconds for `shutdown`."""
        self.fixture = None
        started = time.perf_counter()
        self.ray.shutdown()
        return time.perf_counter() - started

    def run(self, request: dict[str, Any]) -> float | dict[str, float]:
        if request["do"] == "open":
            return self.open()
        if request["do"] == "close":
            return self.close()
        import cases  # not before: what they import is no part of opening
        import library_cases
        import strain

        if self.fixture is None:
            self.fixture = cases.Fixture(self.ray, self.sizes)
        case = (cases.CASES | strain.CASES | library_cases.CASES)[request["name"]]
        return case(self.fixture, **request.get("arguments", {}))


def serve(side: Any, answers: Any) -> None:
    """Answer requests until stdin ends. `side` is anything with `run(request)`."""
    for line in sys.stdin:
        try:
            answer = {"value": side.run(json.loads(line))}
        # Whatever the measured product raises becomes a line of the report.
        except Exception as exc:  # noqa: BLE001
            traceback.print_exc()
            answer = {"error": f"{type(exc).__name__}: {exc}".splitlines()[0][:200]}
        print(json.dumps(answer), file=answers, flush=True)


def take_stdout() -> Any:
    """Give the real stdout for answers, and send what others print to stderr."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return answers


def _side(arguments: argparse.Namespace, sizes: Sizes) -> Any:
    """Make the side that was asked for; each imports what only its environment has."""
    if arguments.module == "dask":
        from dask_cases import Dask

        return Dask(arguments.address, sizes)
    if arguments.module == "socket":
        from socket_limit import Socket

        return Socket(arguments.address, sizes)
    options = {"direct": False} if arguments.through_gateway else {}
    return Side(arguments.module, arguments.address, sizes, **options)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("module")
    parser.add_argument("address")
    parser.add_argument("--sizes", choices=SIZES, default="full")
    parser.add_argument("--through-gateway", action="store_true")
    arguments = parser.parse_args()
    answers = take_stdout()
    serve(_side(arguments, SIZES[arguments.sizes]), answers)


if __name__ == "__main__":
    main()
