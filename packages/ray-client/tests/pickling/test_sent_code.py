"""Code that is sent by value (T13): a process with neither its file nor anything of ours has its source."""

from __future__ import annotations

import importlib
import linecache
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ray_client.api.counterparts import counterparts
from ray_client.pickling import pickler, unpickler
from ray_client_proto.code.sent import MAX_CHARS, SourceLines, own_constants, with_own_lines

#: Of the fixture: takes a value and a program, and gives what the program prints.
Elsewhere = Callable[[Any, str], str]
TABLE = pickler.TokenTable({}, counterparts)

MODULE = """
def decorator(function):
    return function


@decorator
def plain(x):
    # said of it
    return [
        x / 0,
    ]


class Kind:
    def method(self):
        return 1


triple = lambda x: x * 3


def outer():
    def inner():
        return 2

    return inner
"""


@pytest.fixture
def gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A module of the user's whose file was read, and is not there any more."""
    file = tmp_path / "gone_module.py"
    file.write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    module = importlib.import_module("gone_module")
    linecache.getlines(str(file))
    file.unlink()
    yield module
    del sys.modules["gone_module"]
    linecache.cache.pop(str(file), None)


def test_source_is_found_where_the_file_is_not(gone: ModuleType, elsewhere: Elsewhere) -> None:
    value = [gone.plain, gone.Kind.method, gone.triple, gone.outer()]
    given = elsewhere(value, 'print(*(inspect.getsource(each) for each in value), sep="-", end="")')
    lines = MODULE.splitlines(keepends=True)
    parts = [lines[5:11], lines[14:16], lines[18:19], lines[22:24]]
    assert given.split("-") == ["".join(part) for part in parts]


def test_source_of_a_module_in_a_zip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: Elsewhere) -> None:
    with zipfile.ZipFile(tmp_path / "application.zip", "w") as archive:
        archive.writestr("zipped_module.py", "def zipped():\n    return 1\n")
    monkeypatch.syspath_prepend(tmp_path / "application.zip")
    zipped = importlib.import_module("zipped_module")
    try:
        assert elsewhere(zipped.zipped, "print(inspect.getsource(value))") == "def zipped():\n    return 1\n\n"
    finally:
        del sys.modules["zipped_module"]


def test_a_traceback_has_the_real_file_and_the_line(gone: ModuleType, elsewhere: Elsewhere) -> None:
    given = elsewhere(
        gone.plain,
        """
        try:
            value(1)
        except ZeroDivisionError:
            print(traceback.format_exc())
        """,
    )
    assert f'File "{gone.__file__}", line 10, in plain\n    x / 0,\n' in given


def test_a_file_there_that_says_something_else_does_not_count(gone: ModuleType, elsewhere: Elsewhere) -> None:
    assert gone.__file__ is not None
    Path(gone.__file__).write_text("# another\n# file\n" * 20)
    given = elsewhere(gone.triple, "print(inspect.getsource(value), linecache.getline(inspect.getfile(value), 1))")
    assert given == "triple = lambda x: x * 3\n # another\n\n"


def test_code_that_comes_back_is_the_code_that_went(gone: ModuleType) -> None:
    pickled = pickler.dump(gone.outer, TABLE)
    sys.modules["gone_module"] = ModuleType("gone_module")
    back = unpickler.load(pickled.stream, pickled.buffers, {})
    assert back.__code__.co_filename == gone.__file__
    assert own_constants(back.__code__)[:1] == gone.outer.__code__.co_consts[:1]
    assert with_own_lines(back.__code__) is back.__code__
    assert pickler.dump(gone.outer, TABLE).stream == pickled.stream


def test_lines_are_bounded_on_both_sides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "long.py"
    file.write_text("def long():\n" + f"    '{'x' * 100}'\n" * (MAX_CHARS // 100))
    scope: dict[str, Any] = {}
    exec(compile(file.read_text(), str(file), "exec"), scope)
    assert with_own_lines(scope["long"].__code__) is scope["long"].__code__

    monkeypatch.setattr(linecache, "cache", {})
    monkeypatch.setattr(SourceLines, "_MOST_CHARS", 100)
    linecache.cache["/absent/third"] = (lambda: None,)  # as of a loader that has no source
    for name in ("<first>", "<second>", "/absent/third"):
        SourceLines(name, 1, ("x" * 60 + "\n",)).show()
    assert list(linecache.cache) == ["/absent/third"]
