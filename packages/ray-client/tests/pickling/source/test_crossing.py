"""Functions and classes between real interpreters of different minor versions, there and back: rules T10 and T11."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from interpreters import MINORS, environ, interpreter

HERE = Path(__file__).parent
PAIRS = [(sender, receiver) for sender in MINORS for receiver in MINORS if sender != receiver]


@pytest.fixture(scope="module")
def crossed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Send every case from every interpreter to every other one, and back; give where the results are."""
    base = tmp_path_factory.mktemp("crossing")
    variables = environ(base)
    for step in ("send", "receive", "return"):
        for minor in MINORS:
            python = interpreter(minor)
            if python is not None:
                command = [python, "-B", str(HERE / "crossing.py"), step, str(base)]
                done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=300)
                assert done.returncode == 0, done.stderr
    return base


def case_names() -> list[str]:
    text = (HERE / "cases.py").read_text(encoding="utf-8")
    parts = text.split("@case\ndef ")[1:]
    return [part.partition("(")[0] for part in parts]


def results(crossed: Path, sender: str, receiver: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    for minor in (sender, receiver):
        if interpreter(minor) is None:
            pytest.skip(f"no Python 3.{minor[1:]} on this machine")
    folder = crossed / f"{sender}-{receiver}"
    files = (crossed / f"{sender}.json", folder / "there.json", folder / "back.json")
    expected, there, back = (json.loads(file.read_text()) for file in files)
    return expected, there, back


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", case_names())
@pytest.mark.parametrize(("sender", "receiver"), PAIRS, ids=map("-to-".join, PAIRS))
def test_it_gives_there_what_it_gives_here_and_still_does_when_it_comes_back(
    crossed: Path, sender: str, receiver: str, name: str
) -> None:
    expected, there, back = results(crossed, sender, receiver)
    assert "Traceback" not in expected[name]
    assert there[name] == expected[name]
    assert back[name] == expected[name]


def test_there_are_enough_cases() -> None:
    assert len(case_names()) >= 80
