"""Programs in the manner of the libraries' documentation: natively, and from an environment without Ray.

`nox -s libraries-corpus` runs all, and makes their table in docs/parity.md; a few of them run with `nox -s libraries`.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cluster import Head, cluster_ray
from gateway import Gateway
from programs import natively, own_lines, run, through_the_client

PROGRAMS = Path(__file__).parent / "corpus"
#: Run with every change, the others by hand.
EVERY_TIME = {"data_in_tasks", "rest_driver_functions", "train_callbacks"}
#: Where a program prints something else through the client, and why.
DIFFERENT: dict[str, str] = {}
#: What a program imports at its top has to be on the laptop; one with these is another environment.
_OF_THE_USER = re.compile(r"^(?:import|from) (?:fastapi|pandas|pyarrow|pydantic)\b", re.MULTILINE)
FRAMES_VARIABLE = "RAY_CLIENT_FRAMES_PYTHON"  #: names its interpreter
OTHER_PYTHONS_VARIABLE = "RAY_CLIENT_OTHER_PYTHONS"  #: names those of laptops of other minor versions, `3.10=path:...`

pytestmark = pytest.mark.timeout(420)


def programs() -> list[str]:
    return sorted(path.stem for path in PROGRAMS.glob("*.py"))


def laptop_for(program: str) -> str:
    """The interpreter without ray, with what the program needs itself."""
    if _OF_THE_USER.search((PROGRAMS / f"{program}.py").read_text(encoding="utf-8")) is None:
        return sys.executable
    if FRAMES_VARIABLE not in os.environ:
        pytest.skip(f"{FRAMES_VARIABLE} names no environment with pandas, pyarrow and fastapi")
    return os.environ[FRAMES_VARIABLE]


def marks(name: str) -> list[pytest.MarkDecorator]:
    found = [] if name in EVERY_TIME else [pytest.mark.by_hand]
    return [*found, pytest.mark.xfail(reason=DIFFERENT[name], strict=True)] if name in DIFFERENT else found


@pytest.mark.parametrize("name", [pytest.param(name, marks=marks(name)) for name in programs()])
def test_a_program_prints_what_it_prints_natively(name: str, head: Head, gateway: Gateway, tmp_path: Path) -> None:
    laptop, script = laptop_for(name), f"{name}.py"
    there, here = {"RAY_ADDRESS": head.address}, {"RAY_ADDRESS": gateway.address}
    expected = run(natively(script), tmp_path / "native", PROGRAMS, there)
    if expected[0] or not own_lines(expected[1]):
        pytest.fail(f"natively it ends with {expected[0]}: {expected[2]}")
    ours = run(through_the_client(script, python=laptop), tmp_path / "ours", PROGRAMS, here)
    assert ours[0] == 0, ours[2]
    assert own_lines(ours[1]) == own_lines(expected[1])


@pytest.mark.by_hand
@pytest.mark.parametrize("minor", ["3.10", "3.13"])
def test_a_program_prints_the_same_from_another_python(
    minor: str, head: Head, gateway: Gateway, tmp_path: Path
) -> None:
    """T10, T11: classes derived from a library's, functions and what they refer to travel as source."""
    pythons = dict(entry.split("=", 1) for entry in os.environ[OTHER_PYTHONS_VARIABLE].split(os.pathsep))
    script, there, here = (
        "rest_classes_and_functions.py",
        {"RAY_ADDRESS": head.address},
        {"RAY_ADDRESS": gateway.address},
    )
    expected = run(natively(script), tmp_path / "native", PROGRAMS, there)
    ours = run(through_the_client(script, python=pythons[minor]), tmp_path / "ours", PROGRAMS, here)
    assert ours[0] == 0, ours[2]
    assert own_lines(ours[1]) == own_lines(expected[1]) and f"python is {minor}" in ours[2]


@pytest.fixture(scope="module", autouse=True)
def ray_version(record_testsuite_property: Callable[[str, object], None]) -> None:
    """For the table in docs/parity.md."""
    record_testsuite_property("ray", cluster_ray())


def test_the_programs_that_are_named_here_exist() -> None:
    assert {*EVERY_TIME, *DIFFERENT} <= set(programs())
