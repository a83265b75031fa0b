"""In whose name Ray names what is of a client's script."""

from __future__ import annotations

import gc
import pickle
import sys
import types
from typing import Any

import pytest

from ray_client_proto.v1.operation_pb2 import CallLibrary
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


def test_plain_pickle_finds_what_came_of_the_script_by_value(
    main: types.ModuleType, client: Any, driving: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", sys.stdout)  # which the first call of a library replaces
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec("def double(x): return 2 * x\nclass Point: pass", namespace)
    for mine in (namespace["double"], namespace["Point"]):

        def save_and_load(given: Any) -> bool:
            return pickle.loads(pickle.dumps(given)) is given

        call = CallLibrary(call=driving.payload((save_and_load, (mine,), {})))
        assert client.value_of(client.ask(call_library=call).value) is True
        del mine, call
        gc.collect()
    assert main.double(2) == 4 and main.Point()  # where a library kept the name alone
    with pytest.raises(AttributeError, match="no attribute 'missing'"):
        main.missing  # noqa: B018
