"""In whose name Ray names what is of a client's script, and where libraries find it and what is of its modules."""

from __future__ import annotations

import gc
import pickle
import sys
import types
from collections.abc import Iterator
from typing import Any

import cloudpickle
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


@pytest.fixture
def of_client(main: types.ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a driver takes is found in stand-ins for modules, which go again."""
    for stream in ("stdout", "stderr"):  # which the first call of a library replaces
        monkeypatch.setattr(sys, stream, getattr(sys, stream))
    yield
    for name in [name for name, module in sys.modules.items() if type(module).__name__ == "_StandIn"]:
        if "." not in name:
            cloudpickle.unregister_pickle_by_value(sys.modules[name])
        del sys.modules[name]


def defined_in(module: str) -> tuple[Any, ...]:
    namespace: dict[str, Any] = {"__name__": module}
    exec("def double(x): return 2 * x\nclass Point: pass", namespace)
    return namespace["double"], namespace["Point"]


@pytest.mark.parametrize("module", ["__main__", "modules_of_mine", "packages_of_mine.inner.module"])
@pytest.mark.usefixtures("of_client")
def test_plain_pickle_finds_what_came_by_value(module: str, client: Any, driving: Any) -> None:
    for mine in defined_in(module):

        def save_and_load(given: Any) -> bool:
            import cloudpickle

            is_by_value = b"_make_" in cloudpickle.dumps(given)  # a worker has no stand-in
            return is_by_value and pickle.loads(pickle.dumps(given)) is given

        call = CallLibrary(call=driving.payload((save_and_load, (mine,), {})))
        assert client.value_of(client.ask(call_library=call).value) is True
        del mine, call
        gc.collect()
    there = sys.modules[module]
    assert there.double(2) == 4 and there.Point()  # where a library kept the name alone
    with pytest.raises(AttributeError, match="no attribute 'missing'"):
        there.missing  # noqa: B018


@pytest.mark.usefixtures("of_client")
def test_code_that_names_a_module_with_others_inside_goes_on_to_workers(client: Any, driving: Any) -> None:
    mine, _ = defined_in("packages_of_mine.inner")
    outer = types.ModuleType("packages_of_mine")  # as it comes by value
    vars(outer).update(inner=3, __package__="packages_of_mine")

    def look() -> Any:
        return outer.inner  # type: ignore[attr-defined]

    call = CallLibrary(call=driving.payload((callable, (mine,), {})))
    assert client.value_of(client.ask(call_library=call).value) is True
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    try:
        assert pickle.loads(cloudpickle.dumps(look))() == 3
    finally:
        cloudpickle.unregister_pickle_by_value(sys.modules[__name__])


@pytest.mark.usefixtures("of_client")
def test_a_module_that_is_here_has_no_stand_in(client: Any, driving: Any) -> None:
    mine, _ = defined_in("colorsys.inner")  # of a package of the client's that has a name of Python's
    call = CallLibrary(call=driving.payload((callable, (mine,), {})))
    assert client.value_of(client.ask(call_library=call).value) is True
    assert "colorsys.inner" not in sys.modules
