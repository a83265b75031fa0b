"""Programs written for Ray, as they are: natively, and from an environment without Ray. Both print the same."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster import Head
from gateway import Gateway
from programs import natively, own_lines, run, through_the_client

#: A program is a file, or a directory with a `main.py`, or one with a `__main__.py`, which is run with `-m`.
PROGRAMS = Path(__file__).parent / "programs"
#: What these get on the command line.
ARGUMENTS = {
    "map_reduce": ["4"],
    "local_simulation": ["--parts", "4"],
    "packaged": ["--sort", "size", "paper", "pen", "ink"],
}
#: Their `init` describes a cluster to start: natively they start one, through the client they use the one there is.
START_THEIR_OWN = {
    "local_context_manager",
    "local_first_steps",
    "local_init_again",
    "local_options",
    "local_simulation",
}
#: Run with every change, one or two of each kind; the others are run by hand, with `nox -s corpus`.
EVERY_TIME = {
    "actors_named",
    "actors_typed",
    "async_service",
    "environment_working_dir",
    "implicit_everywhere",
    "implicit_utilities",
    "local_simulation",
    "map_reduce",
    "names_of_code",
    "packaged",
    "pipeline",
    "supervision",
    "tasks_errors",
}

pytestmark = pytest.mark.timeout(330)


def programs() -> Iterator[str]:
    for path in sorted(PROGRAMS.iterdir()):
        if path.suffix == ".py":
            yield path.stem
        elif (path / "main.py").exists() or (path / "__main__.py").exists():
            yield path.name


def command(name: str) -> list[str]:
    """What follows the interpreter on the command line."""
    if (PROGRAMS / name / "__main__.py").exists():
        target = ["-m", name]
    elif (PROGRAMS / name).is_dir():
        target = [f"{name}/main.py"]
    else:
        target = [f"{name}.py"]
    return [*target, *ARGUMENTS.get(name, [])]


@pytest.fixture(scope="module")
def head() -> Iterator[Head]:
    """A head with a dashboard, which the state API asks."""
    head = Head.start(with_dashboard=True)
    try:
        yield head
    finally:
        head.close()


@pytest.fixture
def short_directory() -> Iterator[str]:
    """For a cluster's sockets, whose paths have 107 characters at most."""
    directory = tempfile.mkdtemp(prefix="rcl-")
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in EVERY_TIME else pytest.mark.by_hand) for name in programs()]
)
def test_a_program_prints_what_it_prints_natively(
    name: str, head: Head, gateway: Gateway, tmp_path: Path, short_directory: str
) -> None:
    there = {"RAY_TMPDIR": short_directory} if name in START_THEIR_OWN else {"RAY_ADDRESS": head.address}
    expected = run(natively(*command(name)), tmp_path / "native", PROGRAMS, there)
    assert expected[0] == 0, expected[2]
    assert own_lines(expected[1])
    here = {"RAY_ADDRESS": gateway.address}
    ours = run(through_the_client(*command(name)), tmp_path / "ours", PROGRAMS, here)
    assert ours[0] == 0, ours[2]
    assert own_lines(ours[1]) == own_lines(expected[1])
    assert os.listdir(tmp_path / "ours") == []


def test_the_programs_that_are_named_here_exist() -> None:
    assert {*ARGUMENTS, *START_THEIR_OWN, *EVERY_TIME} <= set(programs())
