"""The table: what each row is, what it should come out at, and how it is written."""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import dataclass

TITLES = {
    "native": "native Ray",
    "stock": "Ray's client",
    "ours": "ray-client",
    "gateway": "ray-client via gateway",
}
SIDES = tuple(TITLES)
OURS = ("ours", "gateway")


@dataclass(frozen=True)
class Row:
    """One line of the table. Samples are seconds per unit, or megabytes; `unit` says how they are shown."""

    case: str
    title: str
    unit: str
    target: float | None = None  #: how many times better than Ray's client ours should be
    at_most: float | None = None  #: or the largest value that it may have
    limit: str | None = None  #: the case of `grpc_limit.py` that bounds it

    @property
    def is_rate(self) -> bool:
        return self.unit.endswith("/s")


ROWS = (
    Row("small_get", "small get", "1/s", target=2, limit="echo"),
    Row("small_put", "small put", "1/s", target=2, limit="echo"),
    Row("task_round_trip", "task round trip", "1/s", target=2, limit="echo"),
    Row("actor_round_trip", "actor round trip", "1/s", target=2, limit="echo"),
    Row("task_batch", "500 tasks", "1/s", target=2),
    Row("actor_batch", "500 actor calls", "1/s", target=3),
    Row("awaits", "1,000 awaits in flight", "1/s", target=2),
    Row("put_big", "put 100 MB", "MB/s", target=6, limit="up"),
    Row("get_big", "get 100 MB", "MB/s", target=3, limit="down"),
    Row("put_memory", "memory of a put of 100 MB", "MB"),
    Row("open_first", "open a session, first in a process", "s", target=10),
    Row("open_again", "open a session, another one", "s", target=10),
    Row("import", "python -c import", "s", target=3),
    Row("chain", "chain of 50 tasks", "s"),
    Row("chain_slow", "chain of 50 tasks, 40 ms away", "s"),
    Row("chain_trips", "round trips that the chain waited", "trips", at_most=4),
    Row("disk", "client on disk", "MB"),
)


class Samples:
    """What was measured: (case, side) to a value for each round, or to what went wrong."""

    def __init__(self) -> None:
        self._values: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
        self.errors: dict[tuple[str, str], str] = {}

    def add(self, case: str, side: str, value: float) -> None:
        self._values[case, side].append(value)

    def median(self, case: str, side: str) -> float | None:
        values = self._values.get((case, side))
        return statistics.median(values) if values else None

    def extremes(self, case: str, side: str) -> tuple[float, float] | None:
        values = self._values.get((case, side))
        return (min(values), max(values)) if values else None


def write(samples: Samples) -> str:
    """Give the two tables, medians and spread, as Markdown, and what failed."""
    ratios = [f"{TITLES[side]} / Ray's client" for side in OURS]
    head = ["case", "unit", *TITLES.values(), *ratios, "target", "met", "gRPC alone, direct / relayed"]
    medians = [_cells(row, samples) for row in ROWS]
    spread_head = ["case", "unit", *(f"{TITLES[side]}, lowest to highest" for side in SIDES)]
    spreads = [[row.title, row.unit, *(_spread(row, samples, side) for side in SIDES)] for row in ROWS]
    failed = [f"- {case}, {TITLES.get(side, side)}: {text}" for (case, side), text in samples.errors.items()]
    parts = ["Medians:", _markdown(head, medians), "Spread over the rounds:", _markdown(spread_head, spreads)]
    return "\n\n".join(parts + (["Failed:\n\n" + "\n".join(failed)] if failed else []))


def _cells(row: Row, samples: Samples) -> list[str]:
    limits = [samples.median(f"limit_{row.limit}", side) for side in ("direct", "relayed")] if row.limit else []
    ratios = [_ratio(row, samples, side) for side in OURS]
    return [
        row.title,
        row.unit,
        *(show(row, samples.median(row.case, side), failed=(row.case, side) in samples.errors) for side in SIDES),
        *("" if ratio is None else f"{ratio:.1f}x" for ratio in ratios),
        f"{row.target:g}x" if row.target is not None else f"at most {row.at_most:g}" if row.at_most else "",
        " / ".join(_verdict(row, samples, side) for side in OURS) if row.target or row.at_most else "",
        " / ".join(show(row, limit) for limit in limits),
    ]


def _ratio(row: Row, samples: Samples, side: str) -> float | None:
    """Give how many times better than Ray's client a side of ours is."""
    stock, ours = samples.median(row.case, "stock"), samples.median(row.case, side)
    return stock / ours if stock and ours else None


def _verdict(row: Row, samples: Samples, side: str) -> str:
    ratio, ours = _ratio(row, samples, side), samples.median(row.case, side)
    if row.target is not None:
        return "-" if ratio is None else "yes" if ratio >= row.target else "NO"
    return "-" if ours is None or row.at_most is None else "yes" if ours <= row.at_most else "NO"


def _spread(row: Row, samples: Samples, side: str) -> str:
    extremes = samples.extremes(row.case, side)
    if extremes is None:
        return ""
    return " to ".join(show(row, value) for value in (reversed(extremes) if row.is_rate else extremes))


def show(row: Row, value: float | None, failed: bool = False) -> str:
    """Give a value as people read it: rates as rates, three digits."""
    if value is None:
        return "failed" if failed else ""
    shown = 1 / value if row.is_rate else value
    if shown >= 100:
        return f"{shown:,.0f}"
    return f"{shown:.3g}"


def _markdown(head: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(line[at]) for line in [head, *rows]) for at in range(len(head))]

    def line(cells: list[str]) -> str:
        return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"

    return "\n".join([line(head), line(["-" * width for width in widths]), *map(line, rows)])
