"""Programs written for Ray, as they are: natively, and from an environment without Ray. Both print the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cluster import Head, cluster_python, private_environment
from gateway import Gateway
from processes import kill_marked, new_mark

PROGRAMS = Path(__file__).parent / "programs"
MODULES = {"corpus.py"}  #: not programs, but what one of them has beside it

pytestmark = pytest.mark.timeout(330)


def run(command: list[str], address: str, directory: Path) -> tuple[int, str, str]:
    """Run a program to its end; give exit code and output."""
    directory.mkdir()
    environment = private_environment(directory, new_mark(), {"RAY_ADDRESS": address, "TMPDIR": str(directory)})
    try:
        done = subprocess.run(
            command, cwd=PROGRAMS, env=environment, capture_output=True, text=True, timeout=150, check=False
        )
    finally:
        kill_marked(environment["RAY_CLIENT_TEST_MARK"])
    return done.returncode, done.stdout, done.stderr


def own_lines(printed: str) -> list[str]:
    """What a program itself printed: a cluster that is busy may say so in between, to either side."""
    return [line for line in printed.splitlines() if "(raylet)" not in line and "(autoscaler" not in line]


@pytest.mark.parametrize("name", sorted({path.name for path in PROGRAMS.glob("*.py")} - MODULES))
def test_a_program_prints_what_it_prints_natively(name: str, head: Head, gateway: Gateway, tmp_path: Path) -> None:
    natively = run([str(cluster_python()), name], head.address, tmp_path / "native")
    assert natively[0] == 0, natively[2]
    assert own_lines(natively[1])
    ours = run([sys.executable, "-m", "ray_client", "run", name], gateway.address, tmp_path / "ours")
    assert ours[0] == 0, ours[2]
    assert own_lines(ours[1]) == own_lines(natively[1])
    assert os.listdir(tmp_path / "ours") == []
