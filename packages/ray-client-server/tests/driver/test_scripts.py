"""In whose name Ray names what is of a client's script."""

from __future__ import annotations

import sys
import types

import pytest

from ray_client_server.driver.scripts import script_of


@pytest.fixture
def main(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """`__main__` as a driver has it: forked, and without a file."""
    module = types.ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", module)
    return module


def class_of(file: str, module: str = "__main__") -> type:
    namespace: dict[str, object] = {"__name__": module}
    exec(compile("class C:\n def f(self): pass", file, "exec"), namespace)
    found = namespace["C"]
    assert isinstance(found, type)
    return found


def test_a_class_of_the_script_is_of_its_file(main: types.ModuleType) -> None:
    with script_of(class_of("/home/me/train.py")):
        assert main.__file__ == "/home/me/train.py"
    assert not hasattr(main, "__file__")


@pytest.mark.parametrize(("file", "module"), [("<stdin>", "__main__"), ("/home/me/train.py", "train")])
def test_others_have_a_name_of_their_own(main: types.ModuleType, file: str, module: str) -> None:
    with script_of(class_of(file, module)):
        assert not hasattr(main, "__file__")


def test_functions_have_their_file_in_their_code(main: types.ModuleType) -> None:
    with script_of(lambda: None):
        assert not hasattr(main, "__file__")


def test_the_file_goes_when_it_fails(main: types.ModuleType) -> None:
    with pytest.raises(ValueError, match="no"), script_of(class_of("/home/me/train.py")):
        raise ValueError("no")
    assert not hasattr(main, "__file__")
