"""The page of limits: that it is right, and that each thing which can be wrong with such a page is found."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

import check_limits  # the tools are no package

PAGE = """\
| what | where | bound | past it | test |
|---|---|---|---|---|
| messages | `driver/sockets.py:_MOST_BYTES` | 16 KiB | refused | `server/test_all.py::test_it` |
| leases | `--limit-lease-s` | 300 s | ends | no test yet |

| where | what it is |
|---|---|
| `driver/sockets.py:THREADS` | threads |
| `proto/wire/limits.py:KIB` | a unit |
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        "docs/limits.md": PAGE,
        f"{check_limits.SOURCES['driver']}/sockets.py": "_MOST_BYTES: Final = 16 * KIB\nTHREADS = 4\nNAME = 'x'\n",
        f"{check_limits.TESTS['server']}/test_all.py": "def test_it() -> None: ...\n",
        check_limits.SHARED: "KIB: Final = 1024\n",
        check_limits.LIMITS: "class Limits:\n    lease_s: float = _limit(300.0, 'a lease')\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_the_page_is_right() -> None:
    assert check_limits.problems(check_limits.ROOT) == []


def test_a_page_like_it_is_right(root: Path) -> None:
    assert check_limits.problems(root) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("16 KiB", "17 KiB", "_MOST_BYTES: is 16384, and docs/limits.md says 17 KiB"),
        ("16 KiB", "some", "says some"),
        ("300 s", "30 s", "--limit-lease-s: is 300"),
        ("_MOST_BYTES", "_MOST", "_MOST: there is no such number"),
        ("::test_it", "::test_that", "there is no test"),
        ("server/test_all", "server/test_none", "there is no test"),
        ("no test yet", "later", "there is no test later"),
        ("| refused |", "|  |", "what happens past it"),
        ("| `driver/sockets.py:THREADS` | threads |\n", "", "THREADS: is 4, and docs/limits.md has no line for it"),
        ("| leases | `--limit-lease-s` | 300 s | ends | no test yet |\n", "", "--limit-lease-s: is 300, and"),
        ("| `proto/wire/limits.py:KIB` | a unit |\n", "| `proto/wire/limits.py:KIB` | a unit |\n" * 2, "twice"),
    ],
)
def test_what_is_wrong_with_a_page_is_found(root: Path, old: str, new: str, said: str) -> None:
    assert old in PAGE
    (root / "docs/limits.md").write_text(PAGE.replace(old, new, 1))
    assert any(said in problem for problem in check_limits.problems(root))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("_LATER: Final = 3", "_LATER: is 3"),
        ("_LATER = 2 * 3 + 1", "_LATER: is 7"),
        ("_LATER: Final = limits.KIB * 2", "_LATER: is 2048"),
        ("_LATER: Final = 1 << 20", "_LATER: is 1.04858e+06"),
        ("_LATER: Final[float] = 0.5", "_LATER: is 0.5"),
    ],
)
def test_a_new_number_must_be_told(root: Path, line: str, said: str) -> None:
    path = root / check_limits.SOURCES["driver"] / "sockets.py"
    path.write_text(f"{path.read_text()}{line}\n")
    (problem,) = check_limits.problems(root)
    assert said in problem
