"""Code of the user's own: it travels by itself, newer code is used after a reload, and what is missing is named."""

from __future__ import annotations

import functools
import gc
import importlib
import inspect
import pickle
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from gateway import Gateway

import ray_client as ray
from ray_client.errors import MissingModuleError
from ray_client.exceptions import RayError

pytestmark = pytest.mark.usefixtures("context")

Write = Callable[..., ModuleType]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Write files of a project beside the script, and import a module of it."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # a module changed within a second is not noticed else
    before = set(sys.modules)

    def write(name: str, **files: str) -> ModuleType:
        for path, text in files.items():
            file = tmp_path / (path.replace("_of_", "/") + ".py")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(text))
        importlib.invalidate_caches()
        return importlib.import_module(name)

    yield write
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(tmp_path) in str(sys.modules[name].__file__):
            del sys.modules[name]


def test_a_module_beside_the_script(write: Write) -> None:
    beside = write(
        "beside_script",
        beside_script="""
            FACTOR = 3
            seen = []

            class Point:
                scale = 2
                def __init__(self, x):
                    self.x = x
                def scaled(self):
                    return self.x * self.scale * FACTOR
                def __eq__(self, other):
                    return self.x == other.x

            def triple(x):
                seen.append(x)
                return FACTOR * x, len(seen)
        """,
    )

    @ray.remote
    def use(x: int) -> Any:
        return beside.triple(x), beside.Point(x).scaled()

    assert ray.get(use.remote(2)) == ((6, 1), 12)
    assert ray.get(ray.remote(beside.triple).remote(5)) == (15, 1)
    assert beside.seen == []

    point = ray.get(ray.remote(lambda point: point).remote(beside.Point(4)))
    assert type(point) is beside.Point and point == beside.Point(4)
    beside.FACTOR = 10
    assert point.scaled() == 80  # its methods are still those of the module here


def test_a_package_with_relative_imports(write: Write) -> None:
    package = write(
        "pack",
        pack_of___init__="from .inner.engine import run\n",
        pack_of_inner_of_engine="""
            from . import parts
            from ..names import NAME
            from .parts import Base

            class Engine(Base):
                def go(self):
                    return super().go() + parts.suffix(NAME)

            def run():
                return Engine().go()
        """,
        pack_of_inner_of_parts="""
            import json
            import threading

            lock = threading.Lock()

            class Base:
                def go(self):
                    return json.dumps("base")

            def suffix(name):
                return "-" + name
        """,
        pack_of_names="NAME = 'n'\n",
    )

    @ray.remote
    def use() -> str:
        return package.run()

    @ray.remote
    class Actor:
        def run(self) -> str:
            return package.inner.engine.Engine().go()

    assert ray.get(use.remote()) == '"base"-n'
    assert ray.get(Actor.remote().run.remote()) == '"base"-n'


def test_a_module_with_what_cannot_travel_and_a_cached_function_in_a_closure(write: Write) -> None:
    odd = write(
        "odd",
        odd="""
            import socket, sys
            me, connection = sys.modules[__name__], socket.socket()
            connection.close()

            def use(x):
                return me.add(x)

            def add(x):
                return x + 1
        """,
    )

    @functools.cache
    def fibonacci(n: int) -> int:
        return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

    @ray.remote
    def use(x: int) -> tuple[int, int]:
        return odd.use(x), fibonacci(30)

    @ray.remote(max_retries=0)
    def touch() -> object:
        return odd.connection.fileno()

    assert ray.get(use.remote(1)) == (2, 832040)
    with pytest.raises(pickle.PicklingError, match=r"odd.connection was used on the cluster.* cannot pickle 'socket'"):
        ray.get(touch.remote())


def exported(context: ray.ClientContext) -> int:
    return len(context._connection.session._exports._counts)


def test_after_a_reload_the_new_code_is_used_and_the_old_is_let_go(write: Write, context: ray.ClientContext) -> None:
    module = write("edited", edited="def answer():\n    return 0\n")

    @ray.remote
    def use() -> int:
        return module.answer()

    assert ray.get(use.remote()) == 0
    before = exported(context)
    for number in range(1, 6):
        write("edited", edited=f"def answer():\n    return {number}\n")
        importlib.reload(module)
        assert ray.get(use.remote()) == number
        assert ray.get(use.options(num_cpus=0.5).remote()) == number
        gc.collect()
    assert exported(context) <= before + 1


def test_what_working_dir_has_travels_by_reference(gateway: Gateway, write: Write, tmp_path: Path) -> None:
    module = write("by_reference", by_reference="import os\ndef where():\n    return __file__\n", left_out="X = 1\n")
    left_out = write("left_out")
    (tmp_path / ".gitignore").write_text("left_out.py\n")
    ray.shutdown()
    with ray.init(gateway.address, runtime_env={"working_dir": str(tmp_path)}, log_to_driver=False):
        where = ray.get(ray.remote(module.where).remote())
        assert where != module.__file__ and where.endswith("by_reference.py")

        @ray.remote
        def use() -> int:
            return left_out.X

        assert ray.get(use.remote()) == 1
    with ray.init(gateway.address, log_to_driver=False):  # another session, which has no such directory
        assert ray.get(ray.remote(module.where).remote()) == module.__file__


def test_a_module_that_the_driver_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = ModuleType("only_here")
    exec("def f():\n    return 1\nclass C:\n    pass\n", vars(installed))
    monkeypatch.setitem(sys.modules, "only_here", installed)

    @ray.remote
    def use() -> Any:
        return installed.f()

    @ray.remote
    def take(value: object) -> None: ...

    for ref, what in (
        (use.remote(), "the function"),
        (take.remote([installed.C(), use]), "an argument of the function"),
        (ray.put([installed.C(), use]), "a value"),
    ):
        with pytest.raises(MissingModuleError) as caught:
            ray.get(ref)
        assert isinstance(caught.value, ModuleNotFoundError)
        assert (caught.value.side, caught.value.name) == ("cluster", "only_here")
        assert what in caught.value.what
        assert 'runtime_env={"py_modules": [...]} with a directory or file that has only_here' in str(caught.value)
        assert what == "a value" or "test_user_code.py" in str(caught.value) or "use" in str(caught.value)


def test_a_module_that_the_cluster_lacks_for_a_value_that_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = ModuleType("only_here")
    exec("class C:\n    pass\n", vars(installed))
    monkeypatch.setitem(sys.modules, "only_here", installed)

    @ray.remote
    def take(value: object) -> None: ...

    stored = ray.put([installed.C()])
    for ref in (take.remote(installed.C()), take.remote(stored), stored):
        with pytest.raises(ray.exceptions.RaySystemError) as caught:
            ray.get(ref)
        assert isinstance(caught.value, ray.exceptions.RayTaskError) == (ref is not stored)
        assert 'runtime_env={"py_modules": [...]} with a directory or file that has only_here' in str(caught.value)


def test_a_value_of_a_package_that_only_workers_have(tmp_path: Path) -> None:
    """What has to be opened on the way needs it in the session's environment; all else, where it is used."""
    (tmp_path / "for_workers").mkdir()
    (tmp_path / "for_workers" / "__init__.py").write_text("class C:\n    value = 5\n")
    installed = ModuleType("for_workers")
    exec("class C:\n    value = 5\n", vars(installed))
    sys.modules["for_workers"] = installed
    try:

        @ray.remote(runtime_env={"py_modules": [str(tmp_path / "for_workers")]})
        def take(value: Any) -> int:
            return value.value

        stored = ray.put(installed.C())
        assert ray.get([take.remote(installed.C()), take.remote(stored)]) == [5, 5]
    finally:
        del sys.modules["for_workers"]


class Picky:
    """Cannot be unpickled by a worker."""

    def __reduce__(self) -> Any:
        return rebuild, (Picky,)


def rebuild(cls: type) -> Any:
    if "default_worker" in sys.argv[0]:
        importlib.import_module("only_elsewhere")
    return cls()


def test_a_module_that_a_worker_lacks() -> None:
    @ray.remote
    def lazily() -> None:
        import numpy_of_nobody  # noqa: F401

    picky = Picky()

    @ray.remote
    def closing() -> None:
        assert picky

    @ray.remote
    def take(value: object) -> None: ...

    with pytest.raises(ModuleNotFoundError) as caught:
        ray.get(lazily.remote())
    assert 'runtime_env={"pip": ["numpy_of_nobody"]}' in str(caught.value)
    assert "lazily" in str(caught.value)
    for ref in (closing.remote(), take.remote(picky)):
        with pytest.raises((RayError, Exception)) as other:
            ray.get(ref)
        assert "only_elsewhere" in str(other.value)
        assert 'runtime_env={"pip": ["only_elsewhere"]}' in str(other.value)


def test_source_and_tracebacks_where_the_cluster_lacks_the_file(write: Write) -> None:
    lines = """
        def fail(x):
            # why it fails
            return 1 / x

        class Kind:
            def method(self):
                return lambda: 2
        """
    gone = write("without_file", without_file=lines)
    assert inspect.getsource(gone.fail)  # which reads the file
    Path(str(gone.__file__)).unlink()

    @ray.remote
    def sources() -> list[str]:
        parts = [gone.fail, gone.Kind.method, gone.Kind().method()]
        return [inspect.getsource(part) for part in parts]

    @ray.remote
    def further() -> list[str]:
        return ray.get(sources.remote())  # sent on by a worker

    expected = [
        "def fail(x):\n    # why it fails\n    return 1 / x\n",
        "    def method(self):\n        return lambda: 2\n",
        "        return lambda: 2\n",
    ]
    assert ray.get([sources.remote(), further.remote()]) == [expected, expected]
    with pytest.raises(ZeroDivisionError) as caught:
        ray.get(ray.remote(gone.fail).remote(0))
    assert f'File "{gone.__file__}", line 4, in fail\n    return 1 / x' in str(caught.value)


def test_classes_that_register_are_made_once_here_and_on_workers(write: Write) -> None:
    plugins = write(
        "plugins_here",
        plugins_here="""
            class Meta(type):
                made = []
                def __new__(cls, name, bases, namespace, *, tag, **rest):
                    new = super().__new__(cls, name, bases, namespace, **rest)
                    cls.made.append(new)
                    return new
                def __init__(cls, name, bases, namespace, **_):
                    super().__init__(name, bases, namespace)

            class Base(metaclass=Meta, tag=1):
                registry = {}
                def __init_subclass__(cls, /, key, **rest):
                    super().__init_subclass__(**rest)
                    Base.registry[key] = cls

            class Child(Base, key="child", tag=2):
                pass
            """,
    )

    @ray.remote
    class Sees:
        def see(self, child: Any) -> tuple[bool, int, Any]:
            return plugins.Base.registry["child"] is type(child), len(plugins.Meta.made), child

    sees = Sees.remote()
    for _ in range(2):
        is_same, made, child = ray.get(sees.see.remote(plugins.Child()))
        assert (is_same, made, type(child)) == (True, 2, plugins.Child)
    assert plugins.Base.registry == {"child": plugins.Child}
    assert plugins.Meta.made == [plugins.Base, plugins.Child]


def test_a_value_that_cannot_be_read_here() -> None:
    @ray.remote
    def make() -> Any:
        import msgpack  # comes with Ray

        return msgpack.Timestamp(1, 0)

    with pytest.raises(MissingModuleError, match="on the client: No module named 'msgpack'") as caught:
        ray.get(make.remote())
    assert (caught.value.side, caught.value.name, caught.value.wanted) == ("client", "msgpack", "msgpack.ext.Timestamp")
    assert "pip install msgpack" in str(caught.value)


def test_paths_arrive_as_paths_of_their_new_home() -> None:
    import pathlib

    @ray.remote
    def describe(path: pathlib.Path) -> tuple[str, Any]:
        return type(path).__name__, path

    ref = ray.put(pathlib.Path("x/y"))
    name, back = ray.get(describe.remote(ref))
    assert name == "PosixPath" and back == pathlib.Path("x/y") and type(back) is type(pathlib.Path())
