"""What sending modules costs: each thing in them is pickled once, and there is a bound on what goes along by itself."""

from __future__ import annotations

import importlib
import logging
import pickle
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import cloudpickle
import elsewhere
import pytest

from ray_client.api.counterparts import counterparts
from ray_client.errors import PicklingError
from ray_client.pickling import pickler, sizes

TABLE = pickler.TokenTable({}, counterparts)
Load = Callable[..., ModuleType]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """Write modules by their names, and import the first."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)

    def load(**texts: str) -> ModuleType:
        for name, text in texts.items():
            (tmp_path / f"{name}.py").write_text(text)
        importlib.invalidate_caches()
        return importlib.import_module(next(iter(texts)))

    yield load
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.fixture
def reductions(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every object that a pickler was asked about."""
    seen: list[Any] = []
    reduce = pickler.SessionPickler.reducer_override
    monkeypatch.setattr(
        pickler.SessionPickler, "reducer_override", lambda self, obj: seen.append(obj) or reduce(self, obj)
    )
    return seen


def chain(prefix: str, length: int, back: str = "") -> dict[str, str]:
    """Give modules of which each uses the next as a whole; with `back`, that one too."""
    texts = {}
    for number in range(length):
        after = f"{prefix}{number + 1}" if number + 1 < length else ""
        texts[f"{prefix}{number}"] = (
            (f"import {after}\n" if after else "")
            + (f"import {prefix}{number - 1}\n" if back and number else "")
            + "class Service:\n    def __init__(self, name): self.name = name\n"
            + f"    def handle(self, x): return {f'{after}.handle(x) + 1' if after else 'x'}\n"
            + "a, b = Service('a'), Service('b')\ndef handle(x): return a.handle(x)\n"
        )
    return texts


@pytest.mark.parametrize("back", ["", "back"])
def test_a_chain_of_modules_is_linear(load: Load, reductions: list[Any], back: str) -> None:
    counts, lengths, again = [], [], []
    for number, length in enumerate((5, 10, 15)):
        first = load(**chain(f"{back}link{number}_", length, back))
        reductions.clear()
        pickled = pickler.dump([first], TABLE)
        counts.append(len(reductions))
        lengths.append(len(pickled.stream))
        for name in [name for name in sys.modules if name.startswith(f"{back}link{number}_")]:
            del sys.modules[name]
        [twin] = elsewhere.load(pickled.stream)
        again.append(len(cloudpickle.dumps([twin])))
        [far] = elsewhere.load(cloudpickle.dumps([twin]))
        assert far.handle(1) == length
    for measured in (counts, lengths, again):
        first_step, second_step = measured[1] - measured[0], measured[2] - measured[1]
        assert 0 < second_step <= 1.1 * first_step


def test_one_value_with_and_without_modules_costs_the_same_objects_once(load: Load, reductions: list[Any]) -> None:
    module = load(counted="class C: pass\nitems = [C() for _ in range(50)]\nalias = list(items)\n")
    pickler.dump([module], TABLE)
    assert sum(type(each) is module.C for each in reductions) == 50


def test_what_is_too_large_is_left_out_and_said(
    load: Load, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sizes, "MAX_MODULES_BYTES", 3 << 20)
    monkeypatch.setattr(sizes, "_told", set())
    module = load(
        large="import array\nfirst = array.array('B', bytes(9 << 20))\nsecond = [b'x' * (5 << 18)]\n"
        "third = {'inside': first}\ndef use(x): return x + 1\n"
    )
    with caplog.at_level(logging.WARNING):
        pickled = pickler.dump([module], TABLE)
    assert pickled.size_bytes < 3 << 20
    assert re.search(r"large.first has 9.\d MiB: it does not go along", caplog.text)  # with what precedes it
    assert re.search(r"large.second has 1.\d MiB: it goes along with its module", caplog.text)
    caplog.clear()
    pickler.dump([module], TABLE)
    assert not caplog.records  # it was said
    del sys.modules["large"]
    [twin] = elsewhere.load(pickled.stream, pickled.buffers)
    assert (twin.use(1), twin.second) == (2, module.second)
    with pytest.raises(pickle.PicklingError, match=r"large.first was used.* it has 9.\d MiB or more"):
        len(twin.first)


def test_a_large_value_that_a_function_refers_to_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sizes, "_told", set())
    data, small = [b"x" * (2 << 20)], 1

    def use() -> Any:
        return data, small

    with caplog.at_level(logging.WARNING):
        pickler.dump(use, TABLE)
    [record] = caplog.records
    assert "closure variable `data` of the function" in record.getMessage() and "has 2.0 MiB" in record.getMessage()


def test_modules_that_are_too_large_in_all_are_refused(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizes, "MAX_MODULES_BYTES", 64)  # less than what cannot be left out
    module = load(packed="\n".join(f"n{number} = 'x' * 100_000" for number in range(12)))
    with pytest.raises(PicklingError, match=r"the modules that it needs have too much"):
        pickler.dump([module], TABLE)


def test_what_pickle_itself_cannot_do_is_left_out(load: Load) -> None:
    """Its C code gives up on such values as a whole: no reducer is asked."""
    mine = load(
        breaks_pickle="import sys\nmodules = sys.modules\ndeep = []\nfor _ in range(100_000):\n    deep = [deep]\n"
        "def use(x): return x + 1\ndef touch(): return len(deep)\n"
    )
    pickled = pickler.dump([mine], TABLE)
    del sys.modules["breaks_pickle"]
    [twin] = elsewhere.load(pickled.stream, pickled.buffers)
    assert twin.use(1) == 2
    with pytest.raises(pickle.PicklingError, match=r"breaks_pickle\.deep was used"):
        len(twin.deep)
    with pytest.raises(pickle.PicklingError, match=r"breaks_pickle\.touch was used"):  # it needs the former
        twin.touch()
