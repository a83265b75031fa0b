"""Modules that are used as a whole arrive with what can travel, and stand-ins for the rest."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from interpreters import MINORS, environ, interpreter
from shapes import SHAPES

from ray_client.api.counterparts import counterparts
from ray_client.pickling import pickler
from ray_client_proto.code.carrier import Carrier

HERE = Path(__file__).parent
THIS_MINOR = "{}{}".format(*sys.version_info[:2])
MINORS_HERE = [minor for minor in MINORS if interpreter(minor) is not None]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A directory with a module of each shape, and a program that uses it."""
    folder = tmp_path_factory.mktemp("project")
    for name, (text, outcomes) in SHAPES.items():
        (folder / f"mine_{name}.py").write_text(textwrap.dedent(text) + "\ndef use(x): return x + 1\n")
        runs = "".join(f"def run{number}(): return {each}\n" for number, each in enumerate(outcomes))
        program = f"import mine_{name} as mine\ndef use(): return mine.use(1)\n{runs}"
        (folder / f"program_{name}.py").write_text(program)
    before = set(sys.modules)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield folder
        for name in set(sys.modules) - before:
            if str(folder) in str(vars(sys.modules[name]).get("__file__")):
                vars(sys.modules.pop(name)).get("close", lambda: None)()


def send(minor: str) -> pickler.TokenTable:
    other = (int(minor[0]), int(minor[1:]))
    return pickler.TokenTable({}, counterparts, None if minor == THIS_MINOR else Carrier(other))


@pytest.fixture(scope="module")
def outcomes(project: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, list[str]]]:
    """What each program gives on the clusters of all Pythons."""
    found: dict[str, dict[str, list[str]]] = {}
    variables = environ(tmp_path_factory.mktemp("environ"))
    for minor in MINORS_HERE:
        folder = tmp_path_factory.mktemp(f"to_{minor}")
        for name, (_, expected) in SHAPES.items():
            program = importlib.import_module(f"program_{name}")
            functions = [program.use, *(getattr(program, f"run{number}") for number in range(len(expected)))]
            pickled = pickler.dump(functions, send(minor))
            assert not pickled.buffers
            (folder / f"{name}.client").write_bytes(pickled.stream)
        for step in ("driver", "worker"):
            command = [interpreter(minor) or "", "-B", str(HERE / "there.py"), step, str(folder)]
            done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=300)
            assert (done.returncode, done.stderr) == (0, "")
        found[minor] = {name: json.loads((folder / f"{name}.json").read_text()) for name in SHAPES}
    return found


@pytest.mark.timeout(600)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("minor", MINORS)
def test_what_cannot_travel_does_no_harm(outcomes: dict[str, Any], minor: str, name: str) -> None:
    if minor not in outcomes:
        pytest.skip(f"no Python 3.{minor[1:]} on this machine")
    used, *found = outcomes[minor][name]
    assert used == "2"
    for (expression, expected), outcome in zip(SHAPES[name][1].items(), found, strict=True):
        expected = expected.replace("{name}", name)
        if expected.startswith("-"):
            assert expected[1:] in outcome, expression
        else:
            assert outcome == expected, expression
