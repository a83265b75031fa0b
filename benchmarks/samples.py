"""What a run measured, and its form as JSON: every sample, and all that failed."""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from typing import Any


class Samples:
    """Row and side to a value for each round, and to what went wrong."""

    def __init__(self) -> None:
        self._values: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
        self._failures: defaultdict[tuple[str, str], list[str]] = defaultdict(list)

    def add(self, row: str, side: str, value: float) -> None:
        self._values[row, side].append(value)

    def fail(self, row: str, side: str, reason: str) -> None:
        self._failures[row, side].append(reason)

    def values(self, row: str, side: str) -> list[float]:
        return list(self._values.get((row, side), ()))

    def median(self, row: str, side: str) -> float | None:
        values = self._values.get((row, side))
        return statistics.median(values) if values else None

    def failures(self) -> dict[tuple[str, str], list[str]]:
        return dict(self._failures)

    def has_failed(self, row: str, side: str) -> bool:
        return (row, side) in self._failures


def write_json(facts: dict[str, str], samples: Samples) -> str:
    """Give a run as JSON; `read_json` reads it."""
    values: dict[str, dict[str, list[float]]] = {}
    for row, side in samples._values:
        values.setdefault(row, {})[side] = [float(f"{value:.6g}") for value in samples.values(row, side)]
    failures = [{"row": row, "side": side, "reasons": reasons} for (row, side), reasons in samples.failures().items()]
    return json.dumps({"facts": facts, "samples": values, "failures": failures}, indent=1) + "\n"


def read_json(text: str) -> tuple[dict[str, str], Samples]:
    """Give the facts and the samples of a run."""
    run: dict[str, Any] = json.loads(text)
    samples = Samples()
    for row, sides in run["samples"].items():
        for side, values in sides.items():
            for value in values:
                samples.add(row, side, value)
    for failure in run["failures"]:
        for reason in failure["reasons"]:
            samples.fail(failure["row"], failure["side"], reason)
    return run["facts"], samples
