"""Check docs/limits.md against the code: every number of the wire's modules has its line, with its value and its test.

A number that stands in none of the page's tables fails, whatever it is called: so a new limit cannot be forgotten, and
neither can a new peer's choice hide behind a name that sounds harmless.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
PAGE = "docs/limits.md"
#: Where constants are looked for: what the page writes first -> the directory.
SOURCES = {
    "driver": "packages/ray-client-server/src/ray_client_server/driver",
    "gateway": "packages/ray-client-server/src/ray_client_server/gateway",
    "auth": "packages/ray-client-server/src/ray_client_server/auth",
    "observability": "packages/ray-client-server/src/ray_client_server/observability",
    "proto": "packages/ray-client-proto/src/ray_client_proto",
    "session": "packages/ray-client/src/ray_client/session",
    "transport": "packages/ray-client/src/ray_client/transport",
}
TESTS = {
    "server": "packages/ray-client-server/tests",
    "proto": "packages/ray-client-proto/tests",
    "client": "packages/ray-client/tests",
    "integration": "integration_tests",
}
LIMITS = "packages/ray-client-server/src/ray_client_server/config.py"
SHARED = "packages/ray-client-proto/src/ray_client_proto/wire/limits.py"
NO_TEST = "no test yet"
UNITS = {"": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "s": 1}
_CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]*")
_ROW = re.compile(r"^\|.*`([\w./-]+:[\w]+|--limit-[\w-]+)`.*\|$")
_VALUE = re.compile(r"([\d,]+(?:\.\d+)?) ?(KiB|MiB|GiB|s|)")


class Row(NamedTuple):
    """A line of one of the tables. One of the second table has a reason in the place of value, failure and test."""

    name: str
    cells: list[str]

    @property
    def is_limit(self) -> bool:
        return len(self.cells) == 5


def rows(page: str) -> Iterator[Row]:
    """Yield the lines that name a constant or a flag."""
    for line in page.splitlines():
        if found := _ROW.match(line):
            yield Row(found[1], [cell.strip() for cell in line.strip("|").split(" | ")])


def number(node: ast.expr | None, known: dict[str, float]) -> float | None:
    """Give the value of an expression of numbers; None if it is something else."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value  # type: ignore[return-value]
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute):  # of another module's constants
        return known.get(node.attr)
    if isinstance(node, ast.BinOp):
        left, right = number(node.left, known), number(node.right, known)
        if left is not None and right is not None:
            return float(eval(ast.unparse(ast.BinOp(_literal(left), node.op, _literal(right)))))
    return None


def _literal(value: float) -> ast.Constant:
    return ast.Constant(int(value) if value == int(value) else value)


def constants(text: str, known: dict[str, float]) -> dict[str, float]:
    """Give the numbers that a module names in capitals."""
    known, found = dict(known), {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            value = number(node.value, known)
            if isinstance(target, ast.Name) and _CONSTANT.fullmatch(target.id) and value is not None:
                found[target.id] = known[target.id] = value
    return found


def all_numbers(root: Path) -> dict[str, float]:
    """Give every number that needs a line, by the name that the page has for it."""
    known = constants((root / SHARED).read_text(encoding="utf-8"), {})
    found = {}
    for short, directory in SOURCES.items():
        for path in sorted((root / directory).rglob("*.py")):
            if "_pb2" not in path.name:
                for name, value in constants(path.read_text(encoding="utf-8"), known).items():
                    found[f"{short}/{path.relative_to(root / directory).as_posix()}:{name}"] = value
    for node in ast.walk(ast.parse((root / LIMITS).read_text(encoding="utf-8"))):
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Call) and node.value.args:
            value = number(node.value.args[0], known)
            if ast.unparse(node.value.func) == "_limit" and value is not None:
                found["--limit-" + ast.unparse(node.target).replace("_", "-")] = value
    return found


def has_test(root: Path, cell: str) -> bool:
    """Tell whether the test that a cell names is there."""
    named = re.fullmatch(r"`(\w+)/([\w/.]+)::(\w+)`", cell)
    if named is None or named[1] not in TESTS:
        return False
    path = root / TESTS[named[1]] / named[2]
    return path.exists() and f"def {named[3]}(" in path.read_text(encoding="utf-8")


def problems(root: Path) -> list[str]:
    """List what is wrong, in words; empty if nothing is."""
    numbers, said, found = all_numbers(root), {}, []
    for row in rows((root / PAGE).read_text(encoding="utf-8")):
        if row.name in said:
            found.append(f"{row.name}: stands there twice")
        said[row.name] = row
        if row.name not in numbers:
            found.append(f"{row.name}: there is no such number")
        elif row.is_limit:
            found += _problems_of(root, row, numbers[row.name])
        elif len(row.cells) != 2 or not row.cells[1]:
            found.append(f"{row.name}: a line has 5 cells, or 2 where it bounds nothing of a peer's")
    found += [
        f"{name}: is {value:g}, and {PAGE} has no line for it" for name, value in numbers.items() if name not in said
    ]
    return found


def _problems_of(root: Path, row: Row, value: float) -> Iterator[str]:
    stated = _VALUE.fullmatch(row.cells[2])
    if stated is None or float(stated[1].replace(",", "")) * UNITS[stated[2]] != value:
        yield f"{row.name}: is {value:g}, and {PAGE} says {row.cells[2]}"
    if row.cells[4] != NO_TEST and not has_test(root, row.cells[4]):
        yield f"{row.name}: there is no test {row.cells[4]}"
    if not row.cells[0] or not row.cells[3]:
        yield f"{row.name}: a line says what is bounded, and what happens past it"


if __name__ == "__main__":
    if wrong := problems(ROOT):
        sys.exit("\n".join(wrong))
    lines = list(rows((ROOT / PAGE).read_text(encoding="utf-8")))
    limits = [row for row in lines if row.is_limit]
    print(f"{len(limits)} limits, {sum(row.cells[4] == NO_TEST for row in limits)} of them without a test")
