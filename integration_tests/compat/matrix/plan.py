"""Which pairs of client and server the matrix has, of `releases.toml` and `matrix.toml`."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomllib

SUITE = Path(__file__).parent.parent
TREE = "this tree"  #: stands where a release could: the wheels of the checkout
NEWEST = "newest"


@dataclass(frozen=True)
class Client:
    """What a client's environment is made of."""

    release: str
    python: str
    pins: tuple[str, ...] = ()  #: requirements beside those of the wheel


@dataclass(frozen=True)
class Server:
    """What a server's environment is made of."""

    release: str
    python: str
    ray: str
    pins: tuple[str, ...] = ()  #: requirements beside those of the wheel


@dataclass(frozen=True)
class Cell:
    """A place in a table, and the pair that belongs there."""

    table: str
    row: str
    column: str
    client: Client
    server: Server
    may_lack_python: bool = False  #: it is no failing of a run that the machine has no such Python

    @property
    def name(self) -> str:
        """What `--only` looks at, and files are named after."""
        return re.sub(r"[^\w./-]+", "_", f"{self.table}/{self.row}--{self.column}")


@dataclass
class Table:
    """A table of the page; a pair that is not in `cells` makes no sense."""

    name: str
    title: str
    corner: str  #: what rows and columns are
    rows: list[str]
    columns: list[str]
    cells: list[Cell] = field(default_factory=list)

    def add(self, row: str, column: str, client: Client, server: Server, *, may_lack_python: bool = False) -> None:
        """Add a cell."""
        self.cells.append(Cell(self.name, row, column, client, server, may_lack_python))


@dataclass(frozen=True)
class Plan:
    """The tables, and the commit of each release."""

    tables: list[Table]
    commits: dict[str, str]
    python: str
    cases: int  #: of the suite

    @property
    def cells(self) -> list[Cell]:
        """Of all tables, in their order."""
        return [cell for table in self.tables for cell in table.cells]


def read_plan(suite: Path = SUITE) -> Plan:
    """Give the plan of the files in a directory."""
    matrix = tomllib.loads((suite / "matrix.toml").read_text(encoding="utf-8"))
    releases = tomllib.loads((suite / "releases.toml").read_text(encoding="utf-8"))["release"]
    commits = {release["version"]: release["commit"] for release in releases}
    needs = {release["version"]: tuple(release.get("client_needs", ())) for release in releases}
    tables = [_releases(matrix, needs), _pythons(matrix), _rays(matrix), _cloudpickles(matrix), _dependencies(matrix)]
    return Plan(tables, commits, matrix["python"], count_cases(suite))


def count_cases(suite: Path = SUITE) -> int:
    """Give the number of cases of the suite: each test function is one, and none is parametrized."""
    texts = (path.read_text(encoding="utf-8") for path in suite.glob("test_*.py"))
    return sum(len(re.findall(r"^def test_", text, re.MULTILINE)) for text in texts)


def smoke(plan: Plan) -> list[Cell]:
    """Choose what stands for the whole where there are minutes only: the ends of each table."""
    releases, pythons, rays, _, dependencies = plan.tables
    oldest, newest = releases.rows[0], _both_sides(pythons)
    wanted = {
        (releases.name, oldest, TREE),
        (releases.name, TREE, oldest),
        (pythons.name, newest[0], newest[-1]),
        (pythons.name, newest[-1], newest[0]),
        (rays.name, rays.rows[0], _python_of(rays, plan.python)),
        (dependencies.name, dependencies.rows[0], dependencies.columns[0]),
    }
    return [cell for cell in plan.cells if (cell.table, cell.row, cell.column) in wanted]


def _python_of(rays: Table, python: str) -> str:
    """Give the usual Python, or the newest where the oldest Ray does not have that."""
    columns = [cell.column for cell in rays.cells if cell.row == rays.rows[0]]
    return python if python in columns else columns[-1]


def _both_sides(pythons: Table) -> list[str]:
    return [python for python in pythons.rows if python in pythons.columns]


def _releases(matrix: dict[str, Any], needs: dict[str, tuple[str, ...]]) -> Table:
    sides = [*needs, TREE]
    table = Table("releases", "Releases", "client \\ server", sides, sides)
    python, ray = matrix["python"], matrix["ray"][-1]["version"]
    for client, server in itertools.product(sides, sides):
        if TREE in (client, server):
            table.add(client, server, Client(client, python, needs.get(client, ())), Server(server, python, ray))
    return table


def _pythons(matrix: dict[str, Any]) -> Table:
    columns, extra = matrix["pythons"], matrix["client_pythons"]
    table = Table("pythons", "Python", "client \\ server", [*columns, *extra], columns)
    ray = matrix["ray"][-1]["version"]
    for client, server in itertools.product(table.rows, table.columns):
        may_lack = client in extra
        table.add(client, server, Client(TREE, client), Server(TREE, server, ray), may_lack_python=may_lack)
    return table


def _rays(matrix: dict[str, Any]) -> Table:
    versions = [ray["version"] for ray in matrix["ray"]]
    table = Table("ray", "Ray on the server", "Ray \\ Python of both sides", versions, matrix["pythons"])
    for ray in matrix["ray"]:
        for python in ray["pythons"]:
            table.add(ray["version"], python, Client(TREE, python), Server(TREE, python, ray["version"]))
    return table


def _cloudpickles(matrix: dict[str, Any]) -> Table:
    versions, python, ray = matrix["cloudpickles"], matrix["python"], matrix["ray"][-1]["version"]
    table = Table("cloudpickle", "cloudpickle", "client \\ server", versions, versions)
    for client, server in itertools.product(versions, versions):
        pins = [(f"cloudpickle=={version}",) for version in (client, server)]
        table.add(client, server, Client(TREE, python, pins[0]), Server(TREE, python, ray, pins[1]))
    return table


def _dependencies(matrix: dict[str, Any]) -> Table:
    names, oldest = list(matrix["oldest"]), matrix["oldest"]
    *row_names, column_name = names
    rows = {", ".join(words): pins for words, pins in _choices(row_names, oldest)}
    columns = {", ".join(words): pins for words, pins in _choices([column_name], oldest)}
    table = Table("dependencies", "What the client needs", "oldest and newest", list(rows), list(columns))
    server = Server(TREE, matrix["python"], matrix["ray"][-1]["version"])
    for (row, pins), (column, more) in itertools.product(rows.items(), columns.items()):
        table.add(row, column, Client(TREE, matrix["python"], (*pins, *more)), server)
    return table


def _choices(names: list[str], oldest: dict[str, str]) -> Iterator[tuple[list[str], list[str]]]:
    """Yield each choice of oldest and newest, in words and as requirements."""
    for choice in itertools.product((True, False), repeat=len(names)):
        sides = list(zip(names, choice, strict=True))
        words = [f"{name} {oldest[name] if is_oldest else NEWEST}" for name, is_oldest in sides]
        yield words, [f"{name}=={oldest[name]}" if is_oldest else name for name, is_oldest in sides]
