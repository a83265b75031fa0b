"""The tables of `docs/compatibility.md`, between two marks: written by a run, and checked against the plan."""

from __future__ import annotations

import re
from collections.abc import Mapping

from compat.matrix.plan import Cell, Plan, Table

BEGIN = "<!-- Written by `nox -s compat` -->"
END = "<!-- End of what is written by `nox -s compat` -->"
NO_PAIR = "-"
MISSING = "missing"

_PASSED = re.compile(r"(\d+)/(\d+)(?:, (\d+) not there)?, \d+ s")

#: What stands in a table, by the table's title, row and column.
Texts = Mapping[tuple[str, str, str], str]


def render(plan: Plan, texts: Texts, note: str) -> str:
    """Give what stands between the marks: a table under each title, and a note."""
    parts = [f"### {table.title}\n\n{render_table(table, texts)}" for table in plan.tables]
    return "\n\n".join([*parts, note])


def render_table(table: Table, texts: Texts, missing: str = MISSING) -> str:
    """Give a table in Markdown that is also to be read as it is."""
    pairs = {(cell.row, cell.column) for cell in table.cells}
    lines = [[table.corner, *table.columns]]
    for row in table.rows:
        found = (texts.get((table.title, row, column), missing) for column in table.columns)
        lines.append(
            [
                row,
                *(
                    text if (row, column) in pairs else NO_PAIR
                    for text, column in zip(found, table.columns, strict=True)
                ),
            ]
        )
    widths = [max(len(line[index]) for line in lines) for index in range(len(lines[0]))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join("| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in lines)


def parse(text: str) -> dict[tuple[str, str, str], str]:
    """Give what stands in the tables."""
    found: dict[tuple[str, str, str], str] = {}
    title = ""
    columns: list[str] = []
    for line in text.splitlines():
        if line.startswith("### "):
            title, columns = line.removeprefix("### "), []
        elif line.startswith("| ") and not line.startswith("| -"):
            first, *rest = (part.strip() for part in line.strip("|").split("|"))
            if columns:
                found.update({(title, first, column): part for column, part in zip(columns, rest, strict=False)})
            columns = columns or rest
    return found


def between_marks(page: str) -> str:
    """Give what a run has written.

    Raises:
        ValueError: the page has no marks.
    """
    if page.count(BEGIN) != 1 or page.count(END) != 1:
        raise ValueError(f"the page needs the two lines {BEGIN} and {END}, once")
    return page.partition(BEGIN)[2].partition(END)[0].strip("\n")


def replace_between_marks(page: str, text: str) -> str:
    """Give the page with what a run has to say."""
    between_marks(page)
    return f"{page.partition(BEGIN)[0]}{BEGIN}\n\n{text}\n\n{END}{page.partition(END)[2]}"


def note_of(text: str) -> str:
    """Give the note below the tables."""
    last = text.rpartition("\n\n")[2]
    return "" if last.startswith("|") else last


def problems(page: str, plan: Plan) -> list[str]:
    """List what is not as plan and suite have it; empty if the page is current."""
    text = between_marks(page)
    texts = parse(text)
    found = [problem for cell in plan.cells for problem in _problems_of(cell, plan, texts)]
    if not found and render(plan, texts, note_of(text)) != text:
        found.append("it has other rows or columns than the plan")
    return found


def key_of(cell: Cell, plan: Plan) -> tuple[str, str, str]:
    """Give where a cell stands on the page."""
    [title] = (table.title for table in plan.tables if table.name == cell.table)
    return title, cell.row, cell.column


def _problems_of(cell: Cell, plan: Plan, texts: Texts) -> list[str]:
    text = texts.get(key_of(cell, plan), MISSING)
    if cell.may_lack_python and text == f"not run: no Python {cell.client.python}":
        return []
    counts = _PASSED.fullmatch(text)
    if counts is None:
        return [f"{cell.name}: {text}"]
    passed, cases, not_there = (int(count or 0) for count in counts.groups())
    if cases != plan.cases:
        return [f"{cell.name}: the suite has {plan.cases} cases, and not {cases}"]
    return [f"{cell.name}: {text}"] if passed + not_there != cases else []
