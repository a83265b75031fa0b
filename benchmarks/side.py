"""A side of the comparison, as a process: reads requests from stdin and answers on stdout, as JSON lines.

    python side.py ray|ray_client ADDRESS [--quick] [--through-gateway]

`{"do": "open"}`, `{"do": "close"}` and `{"do": "case", "name": ...}` are answered by `{"value": seconds}` or
`{"error": text}`. What Ray or a case prints goes to stderr.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
import traceback
from typing import Any

import cases


class Side:
    """One `ray`, and the session that it may have open."""

    def __init__(self, module: str, address: str, sizes: cases.Sizes, **options: Any) -> None:
        self.ray = importlib.import_module(module)
        self.address = address
        self.options = options
        self.sizes = sizes
        self.fixture: cases.Fixture | None = None

    def open(self) -> float:
        """Seconds from `init` until the first answer of the cluster is here."""
        started = time.perf_counter()
        self.ray.init(self.address, **self.options)
        assert self.ray.get(self.ray.put(1)) == 1
        elapsed_s = time.perf_counter() - started
        self.fixture = cases.Fixture(self.ray, self.sizes)
        return elapsed_s

    def close(self) -> float:
        """Seconds for `shutdown`."""
        self.fixture = None
        started = time.perf_counter()
        self.ray.shutdown()
        return time.perf_counter() - started

    def run(self, request: dict[str, str]) -> float:
        if request["do"] == "open":
            return self.open()
        if request["do"] == "close":
            return self.close()
        assert self.fixture is not None, "open first"
        return cases.CASES[request["name"]](self.fixture)


def serve(side: Any, answers: Any) -> None:
    """Answer requests until stdin ends. `side` is anything with `run(request) -> float`."""
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


def main() -> None:
    answers = take_stdout()
    module, address = sys.argv[1:3]
    sizes = cases.QUICK if "--quick" in sys.argv else cases.FULL
    options = {"direct": False} if "--through-gateway" in sys.argv else {}
    serve(Side(module, address, sizes, **options), answers)


if __name__ == "__main__":
    main()
