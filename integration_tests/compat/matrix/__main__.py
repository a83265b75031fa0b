"""`python -m compat.matrix`: run the matrix or a part of it, and write what came of it into `docs/compatibility.md`."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
import threading
import time
from pathlib import Path

from compat.matrix import page
from compat.matrix.environments import Environments
from compat.matrix.outcomes import Outcome
from compat.matrix.plan import Cell, Plan, read_plan, smoke
from compat.matrix.running import Runner
from compat.matrix.tools import REPOSITORY, Uv
from compat.matrix.wheels import Wheels

PAGE = REPOSITORY / "docs" / "compatibility.md"


def main(arguments: argparse.Namespace) -> str | None:
    """Do what was asked for; gives what is wrong, if anything is."""
    plan = read_plan()
    if arguments.check:
        found = page.problems(PAGE.read_text(encoding="utf-8"), plan)
        again = f"{PAGE.relative_to(REPOSITORY)} is not current, run `nox -s compat`:"
        return "\n".join([again, *found]) if found else None
    cells = smoke(plan) if arguments.smoke else [cell for cell in plan.cells if re.search(arguments.only, cell.name)]
    if arguments.list or not cells:
        say(*(cell.name for cell in cells))
        return None if cells else f"no cell has a name like {arguments.only!r}"
    return _run(plan, cells, arguments)


def _run(plan: Plan, cells: list[Cell], arguments: argparse.Namespace) -> str | None:
    uv, began_s = Uv(arguments.uv), time.monotonic()
    wheels = Wheels(plan.commits, uv, arguments.work / "wheels", arguments.wheels)
    environments = Environments(wheels, uv, arguments.work / "environments", arguments.constraints)
    pairs = len({(cell.client, cell.server) for cell in cells})
    runner = Runner(environments, plan.cases, arguments.reports, arguments.work, Progress(pairs))
    outcomes = runner.run(cells, arguments.jobs)
    for cell, outcome in outcomes.items():
        if outcome.is_failure:
            say(f"\n{cell.name}: {outcome}", outcome.broken or runner.end_of_log(cell))
    texts = {page.key_of(cell, plan): str(outcome) for cell, outcome in outcomes.items()}
    for table in plan.tables:
        if any(cell in outcomes for cell in table.cells):
            say(f"\n{table.title}\n", page.render_table(table, texts, missing=""))
    say(f"\n{len(outcomes)} cells, {pairs} pairs, {(time.monotonic() - began_s) / 60:.1f} min")
    if len(cells) == len(plan.cells) or arguments.write:
        _write(plan, texts, _newest(plan, outcomes, environments))
    failed = sum(outcome.is_failure for outcome in outcomes.values())
    return f"{failed} cells failed" if failed else None


def _write(plan: Plan, texts: page.Texts, newest: str) -> None:
    """Put what was found in its places; what was not run stays as it was."""
    text = PAGE.read_text(encoding="utf-8")
    before = page.between_marks(text)
    after = page.render(plan, {**page.parse(before), **texts}, newest or page.note_of(before))
    PAGE.write_text(page.replace_between_marks(text, after), encoding="utf-8")


def _newest(plan: Plan, outcomes: dict[Cell, Outcome], environments: Environments) -> str:
    """Say what the newest was, if it was run."""
    dependencies = plan.tables[-1]
    last = dependencies.cells[-1]
    if last not in outcomes or outcomes[last].not_run or outcomes[last].broken:
        return ""
    versions = environments.versions(environments.client(last.client))
    return "Newest: " + ", ".join(f"{name} {versions[name]}" for name in last.client.pins) + "."


class Progress:
    """Prints a line for each pair that is done."""

    def __init__(self, pairs: int) -> None:
        self._pairs, self._done, self._lock = pairs, 0, threading.Lock()

    def __call__(self, cell: Cell, outcome: Outcome) -> None:
        with self._lock:
            self._done += 1
            say(f"[{self._done}/{self._pairs}] {cell.name}: {outcome}")


def say(*lines: str) -> None:
    """Print lines at once: a reader may be waiting."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def parser() -> argparse.ArgumentParser:
    """Give the options; those of `nox -s compat --` come first."""
    made = argparse.ArgumentParser(prog="compat")
    made.add_argument("--smoke", action="store_true", help="a few cells that stand for all")
    made.add_argument("--only", default="", metavar="PATTERN", help="cells whose name has this regular expression")
    made.add_argument("--list", action="store_true", help="print the names of the cells, and run none")
    made.add_argument("--write", action="store_true", help="write the cells that were run also where they are not all")
    made.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="servers at once")
    made.add_argument("--check", action="store_true", help="run nothing, and fail unless the page is current")
    made.add_argument("--uv", default="uv", help="the program")
    made.add_argument("--wheels", type=Path, help="where the wheels of the checkout are")
    made.add_argument("--work", type=Path, help="where environments are kept")
    made.add_argument("--constraints", type=Path, help="where the locked versions are")
    made.add_argument("--reports", type=Path, help="where JUnit reports go")
    return made


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: suites and servers end first
    sys.exit(main(parser().parse_args()))
