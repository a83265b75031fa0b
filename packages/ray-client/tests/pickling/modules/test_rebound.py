"""A module on the cluster and its functions see the same globals, wherever these are bound anew, on every trip."""

from __future__ import annotations

import importlib
import inspect
import linecache
import pickle
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import cloudpickle
import elsewhere
import pytest

from ray_client.api.counterparts import counterparts
from ray_client.pickling import pickler, rebound, travelling
from ray_client.pickling.travelling_module import own_of, shared_of

TABLE = pickler.TokenTable({}, counterparts)
COUNTER = """
    import sys
    me = sys.modules[__name__]
    count, FLAG, untouched = 0, False, 1
    def bump():
        global count
        count += 1
        return count
    def seen(): return count, FLAG, me.count, me.FLAG
"""
Send = Callable[[str], Any]


@pytest.fixture
def send(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Send]:
    """Write a module, and give what the driver has for it, which has a class of its own for modules."""
    monkeypatch.syspath_prepend(tmp_path)

    def send(text: str) -> Any:
        (tmp_path / "counted.py").write_text(textwrap.dedent(text))
        importlib.invalidate_caches()
        [twin] = elsewhere.load(pickler.dump([importlib.import_module("counted")], TABLE).stream)
        del sys.modules["counted"]
        return twin

    yield send
    sys.modules.pop("counted", None)


def onward(module: Any) -> Any:
    [further] = elsewhere.load(cloudpickle.dumps([module]))
    return further


def test_what_was_bound_anew_goes_on(send: Send) -> None:
    driver = send(COUNTER)
    driver.bump()
    driver.FLAG = True
    worker = onward(driver)
    assert worker.seen() == (1, True, 1, True) and worker.me is worker
    assert (worker.bump(), worker.count, driver.count) == (2, 2, 1)
    worker.count, worker.FLAG = 7, None
    assert worker.seen() == (7, None, 7, None)
    further = onward(worker)
    assert (further.bump(), further.seen()) == (8, (8, None, 8, None))


def test_it_comes_back_and_goes_out_again(send: Send) -> None:
    driver = send(COUNTER)
    driver.bump()
    back = pickle.loads(cloudpickle.dumps(driver))
    back.bump()
    assert back.seen() == (2, False, 2, False)
    [again] = elsewhere.load(pickler.dump([back], TABLE).stream)
    assert (again.bump(), again.count) == (3, 3)


def test_methods_and_instances_see_it(send: Send) -> None:
    driver = send(
        COUNTER + "    class Held:\n        def add(self):\n            global count\n"
        "            count += 10\n            return count\n    held = Held()\n"
    )
    worker, held = elsewhere.load(cloudpickle.dumps((driver, driver.held)))
    assert (held.add(), worker.held.add(), worker.count, worker.bump()) == (10, 20, 20, 21)


def test_it_is_a_module(send: Send) -> None:
    worker = onward(send('"""Counts."""\n' + textwrap.dedent(COUNTER) + "limit: int = 3\n"))
    assert isinstance(worker, ModuleType) and inspect.ismodule(worker)
    assert worker.__doc__ == "Counts." and worker.__name__ == "counted" and worker.__spec__ is None
    assert "counted.py" in repr(worker) and worker.__annotations__ == {"limit": int}
    assert {"count", "FLAG", "bump"} <= set(dir(worker)) and vars(worker)["count"] == 0
    with pytest.raises(AttributeError, match=r"^module 'counted' has no attribute 'nothing'$") as caught:
        worker.nothing  # noqa: B018
    assert (caught.value.name, caught.value.obj) == ("nothing", worker)


def test_who_takes_the_dict_may_write_into_it(send: Send) -> None:
    worker = onward(send(COUNTER))
    vars(worker)["FLAG"] = "new"
    assert worker.seen() == (0, "new", 0, "new")
    worker.FLAG = "newer"
    assert vars(worker)["FLAG"] == "newer" and onward(worker).FLAG == "newer"
    del worker.FLAG
    assert not hasattr(worker, "FLAG") and "FLAG" not in vars(worker)


def test_patching_is_undone(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = onward(send(COUNTER))
    with monkeypatch.context() as patch:
        patch.setattr(worker, "count", 100)
        assert worker.bump() == 101
        patch.setattr(worker, "FLAG", 5)
    assert worker.seen() == (0, False, 0, False)


def test_only_what_is_bound_anew_is_not_in_the_own_dict(send: Send) -> None:
    worker = onward(send(COUNTER))
    own = own_of(worker)
    assert "count" not in own and own["untouched"] == 1 and own["bump"] is worker.bump


def test_a_stand_in_in_the_place_of_what_is_bound_anew(send: Send) -> None:
    driver = send("connection = None\ndef connect():\n    global connection\n    return connection.x\n")
    shared_of(driver)["connection"] = threading.Lock()
    travelling.settle([driver])
    assert "stand-in for counted.connection" in repr(driver.connection)
    worker = onward(driver)
    for use in (worker.connect, lambda: worker.connection.x):
        with pytest.raises(pickle.PicklingError, match=r"counted\.connection was used.* cannot be sent on"):
            use()
    worker.connection = 1j
    with pytest.raises(AttributeError, match="'complex' object has no attribute 'x'"):
        worker.connect()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", None),
        ("x = 1", ()),
        ("def f():\n    def g():\n        global b, a\n", ("a", "b")),
        ("class K:\n    def f(self):\n        global c; c = 1\n", ("c",)),
        ("# global x", ()),
        ("def f(x): globals().update(x)", None),
        ("def f(: global", None),
    ],
)
def test_which_names_are_bound_anew(text: str, names: tuple[str, ...] | None) -> None:
    assert rebound._rebound(text) == names


def test_the_text_of_a_module_is_that_of_its_file_or_what_python_remembers(tmp_path: Path) -> None:
    file = tmp_path / "written.py"
    module: Any = ModuleType("written")
    module.__file__ = str(file)
    assert rebound.rebound_in(module) is None
    file.write_text("def f(): global a")
    assert rebound.rebound_in(module) == ("a",)
    linecache.getlines(str(file))
    file.write_text("def f(): global abc")
    assert rebound.rebound_in(module) == ("abc",)
    file.unlink()
    assert rebound.rebound_in(module) == ("a",)


def test_a_module_made_by_hand_has_no_source() -> None:
    by_hand: Any = ModuleType("by_hand")
    exec("n = 0\ndef bump():\n    global n\n    n += 1\n", vars(by_hand))
    assert rebound.rebound_in(by_hand) is None
