"""Draw docs/benchmarks.md and its plots from the newest recorded runs.

    python plots.py [--results DIRECTORY] [--docs DIRECTORY]

The same run gives the same files, byte by byte: what is drawn knows no date, no chance and no version.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")

import table
from matplotlib import pyplot
from samples import Samples, read_json
from table import TITLES, Group, Row

HERE = Path(__file__).resolve().parent
COLOURS = {"native": "#8c8c8c", "dask": "#e09f3e", "ours": "#2a6f97", "gateway": "#61a5c2", "socket": "#c9c9c9"}
INCHES_PER_BAR = 0.17
STYLE = {
    "svg.hashsalt": "ray-client",
    "svg.fonttype": "none",  # text as text: small, and readable to all
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
}

INTRODUCTION = """\
# Benchmarks

Drawn by `nox -s plots` from a recorded run of `nox -s bench` ([how it measures, and how to run
it](../benchmarks/README.md)). All sides ran on one machine in one run, in turn; *via gateway* is what users on other
machines have. The bars say how many times better than Ray's own client (`ray.init("ray://...")`, at 1) each is; more is
better, and the axis is logarithmic. The tables have the medians. All samples are in
[{name}](../benchmarks/results/{name}).
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--results", type=Path, default=HERE / "results")
    parser.add_argument("--docs", type=Path, default=HERE.parent / "docs")
    arguments = parser.parse_args()
    write_page(arguments.docs, newest(arguments.results, "*[0-9].json"), newest(arguments.results, "*-long.json"))


def newest(results: Path, pattern: str) -> Path | None:
    """Give the file of the last run; names begin with the date."""
    return max(results.glob(pattern), default=None)


def write_page(docs: Path, run: Path | None, long_run: Path | None) -> None:
    """Write the page, and a plot for each group that can be compared with Ray's client."""
    if run is None:
        raise SystemExit("no run is recorded: `nox -s bench -- --save` records one")
    facts, samples = read_json(run.read_text(encoding="utf-8"))
    parts = [INTRODUCTION.format(name=run.name), _facts(facts)]
    plots = docs / "benchmarks"
    plots.mkdir(parents=True, exist_ok=True)
    for group in table.groups(is_long=False):
        parts.append(f"## {group.title}\n\n{group.text}\n")
        if draw(group, samples, plots / f"{group.name}.svg"):
            parts.append(f"![{group.title}, times better than Ray's client](benchmarks/{group.name}.svg)\n")
        parts.append(table.median_table(group.rows, samples) + "\n")
    parts.append(f"## Targets\n\n{table.summary(samples)}.\n\n{table.target_table(samples)}\n")
    if failed := table.failures(samples):
        parts.append(f"## What failed\n\n{failed}\n")
    if long_run is not None:
        facts, samples = read_json(long_run.read_text(encoding="utf-8"))
        for group in table.groups(is_long=True):
            parts.append(f"## {group.title}\n\n{group.text}\n\n{_facts(facts)}")
            parts.append(table.median_table(group.rows, samples) + "\n")
            parts.append(table.target_table(samples, is_long=True) + "\n")
    (docs / "benchmarks.md").write_text("\n".join(parts), encoding="utf-8")


def _facts(facts: dict[str, str]) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in facts.items()) + "\n"


def ratios(group: Group, samples: Samples) -> list[tuple[Row, dict[str, float]]]:
    """Give how many times better than Ray's client each side is, for rows that both have."""
    found = []
    for row in group.rows:
        theirs = samples.median(row.name, "stock")
        if theirs is None or row.unit in ("trips", "calls"):  # trips are seconds said otherwise, calls are no cost
            continue
        medians = {side: samples.median(row.name, side) for side in COLOURS}
        times = {side: theirs / value for side, value in medians.items() if value is not None and value > 0}
        if times:
            found.append((row, times))
    return found


def draw(group: Group, samples: Samples, path: Path) -> bool:
    """Draw a group's bars; False where there is nothing to compare."""
    rows = ratios(group, samples)
    if not rows:
        return False
    bars = sum(len(times) + 1 for _, times in rows)
    with pyplot.rc_context(STYLE):
        figure, axes = pyplot.subplots(figsize=(7.5, 0.9 + INCHES_PER_BAR * bars), layout="constrained")
        _bars(axes, rows)
        sides = [side for side in COLOURS if any(side in times for _, times in rows)]
        handles = [pyplot.Rectangle((0, 0), 1, 1, color=COLOURS[side]) for side in sides]
        figure.legend(handles, [TITLES[side] for side in sides], loc="outside upper left", ncols=5, frameon=False)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
        pyplot.close(figure)
    return True


def _bars(axes: Any, rows: list[tuple[Row, dict[str, float]]]) -> None:
    at, ticks = 0.0, []
    for _, times in rows:
        ticks.append(at + (len(times) - 1) / 2)
        for side, value in times.items():
            axes.barh(at, value - 1, left=1, height=0.9, color=COLOURS[side])
            shown = f"{value:.3g}x" if value < 100 else f"{value:,.0f}x"
            place: dict[str, Any] = (
                {"xytext": (2, 0), "ha": "left"} if value >= 1 else {"xytext": (-2, 0), "ha": "right"}
            )
            axes.annotate(shown, (value, at), textcoords="offset points", va="center", fontsize=7, **place)
            at += 1
        at += 1
    axes.set_xscale("log")
    axes.set_yticks(ticks, [row.title for row, _ in rows])
    axes.invert_yaxis()
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xlabel("times better than Ray's client")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}x")
    axes.xaxis.set_minor_formatter(lambda value, _: "")
    axes.margins(x=0.12, y=0.01)


if __name__ == "__main__":
    main()
