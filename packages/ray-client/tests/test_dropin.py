"""`import ray` gives this package, in a process of its own where the real import system is at stake."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import io
import multiprocessing.spawn
import pickle
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from importlib.machinery import FileFinder
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import ray_client
from ray_client import dropin
from ray_client.api.counterparts import counterparts
from ray_client.api.version import MIRRORED_RAY
from ray_client.errors import AddressError, RayInstalledError
from ray_client.names import MIRRORED
from ray_client.pickling import pickler
from ray_client_proto.wire import tokens

REAL_RAY = "WHO = 'the real one'\n"


@pytest.fixture
def installed() -> Iterator[None]:
    dropin.install()
    yield
    dropin.uninstall()


@pytest.fixture
def real_ray(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package `ray` beside the client."""
    (tmp_path / "ray").mkdir()
    (tmp_path / "ray" / "__init__.py").write_text(REAL_RAY)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def run_python(code: str, *options: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *options, "-c", code], capture_output=True, text=True, cwd=cwd)


@pytest.mark.usefixtures("installed")
def test_both_names_are_one_module() -> None:
    ray = importlib.import_module("ray")
    assert ray is ray_client
    assert sys.modules["ray"] is ray_client
    assert importlib.import_module("ray.util") is ray.util is ray_client.util
    assert importlib.import_module("ray.util.queue") is importlib.import_module("ray_client.util.queue")
    assert importlib.import_module("ray.exceptions").GetTimeoutError is ray_client.exceptions.GetTimeoutError
    assert ray_client.__spec__ is not None
    assert ray_client.__spec__.name == ray_client.__name__ == "ray_client"
    assert importlib.import_module("ray.util.queue").__spec__.name == "ray_client.util.queue"


@pytest.mark.usefixtures("installed")
def test_every_way_to_say_it_works() -> None:
    names: dict[str, Any] = {}
    code = """
import ray
import ray.util.queue
import ray.util.queue as q
from ray import exceptions, util
from ray.util.queue import Empty, Queue
from ray.util import ActorPool
"""
    exec(code, names)
    assert names["Queue"] is names["q"].Queue is ray_client.util.queue.Queue
    assert names["ray"].util is names["util"] is ray_client.util
    with pytest.raises(ImportError, match="cannot import name 'nothing'"):
        exec("from ray.exceptions import nothing", names)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("statement", "name", "advice"),
    [
        ("from ray.util import pdb", "ray.util.pdb", "use `ray.util.pdb` inside a task"),
        ("import ray.util.pdb", "ray.util.pdb", "only the cluster has"),
        ("import ray.util.no_such_thing", "ray.util.no_such_thing", "ray_client knows none"),
        ("import ray.api", "ray.api", "ray_client knows none"),
        ("import ray.session.session", "ray.session", "ray_client knows none"),
    ],
)
def test_a_module_that_is_not_here_says_so(statement: str, name: str, advice: str) -> None:
    with pytest.raises(ModuleNotFoundError) as caught:
        exec(statement)
    assert caught.value.name == name
    assert str(caught.value).startswith(f"No module named {name!r} where `ray` is ray_client: ")
    assert advice in str(caught.value)


@pytest.mark.usefixtures("installed")
def test_who_only_asks_for_a_module_hears_whether_it_is_here() -> None:
    there = ("ray", "ray.util", "ray.util.queue", "ray.exceptions", "ray.data", "ray.tune", "ray.util.collective")
    for name in (*there, "ray.data.preprocessors", "ray._private.utils"):
        assert importlib.util.find_spec(name) is not None
        assert importlib.import_module(name) is sys.modules["ray_client" + name[len("ray") :]]
    for name in ("ray.no_such_thing", "ray.util.no_such_thing", "ray.api", "ray.config", "ray.__main__"):
        assert importlib.util.find_spec(name) is None


@pytest.mark.usefixtures("installed")
def test_a_fork_server_leaves_the_main_module_to_its_children() -> None:
    """Only they unpickle what installs; Python 3.14 would have the server import it first."""
    data = multiprocessing.spawn.get_preparation_data("child")
    assert data.keys() & {"init_main_from_name", "init_main_from_path"}
    names = {"__name__": "multiprocessing.forkserver", "spawn": multiprocessing.spawn}
    exec("data = (lambda: spawn.get_preparation_data('ignore'))()", names)
    assert names["data"].keys() == data.keys() - {"init_main_from_name", "init_main_from_path", "ray_client.dropin"}


def public_names() -> Iterator[tuple[str, str]]:
    for top in ("", *(f".{name}" for name in MIRRORED)):
        module = importlib.import_module(f"ray_client{top}")
        public = getattr(module, "__all__", [name for name in vars(module) if name[0].isupper()])
        yield from ((f"ray{top}", name) for name in public)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(("module", "name"), list(public_names()))
def test_whatever_there_is_can_be_imported_from_ray(module: str, name: str) -> None:
    names: dict[str, Any] = {}
    exec(f"from {module} import {name} as found", names)
    exec(f"from {module} import *", names)
    assert names["found"] is names[name]


def test_the_version_is_ray_s_where_this_goes_by_its_name() -> None:
    own = importlib.metadata.version("ray-client")
    assert ray_client.__version__ == own
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        importlib.metadata.version("ray")
    dropin.install()
    try:
        assert importlib.import_module("ray").__version__ == MIRRORED_RAY
        assert re.fullmatch("[0-9a-f]{40}", importlib.import_module("ray").__commit__)
        assert importlib.metadata.version("ray") == MIRRORED_RAY
        assert importlib.metadata.metadata("ray")["Name"] == "ray"
        assert importlib.metadata.version("ray-client") == own
    finally:
        dropin.uninstall()
    assert ray_client.__version__ == own
    assert not hasattr(ray_client, "__commit__")


def test_uninstalling_leaves_nothing() -> None:
    finders, modules = list(sys.meta_path), set(sys.modules)
    [directory] = ray_client.__path__
    prepare = multiprocessing.spawn.get_preparation_data
    dropin.install()
    dropin.install()
    importlib.import_module("ray.util.queue")
    assert dropin.is_installed()
    dropin.uninstall()
    dropin.uninstall()
    assert not dropin.is_installed()
    assert sys.meta_path == finders
    assert type(sys.path_importer_cache[directory]) is FileFinder
    assert multiprocessing.spawn.get_preparation_data is prepare
    assert not [name for name in set(sys.modules) - modules if name.partition(".")[0] == "ray"]
    with pytest.raises(ModuleNotFoundError, match="No module named 'ray'"):
        importlib.import_module("ray")


def test_beside_the_real_ray_it_must_be_asked_for(real_ray: Path) -> None:
    with pytest.raises(RayInstalledError, match="force=True") as caught:
        dropin.install()
    assert caught.value.location == str(real_ray / "ray" / "__init__.py")
    assert not caught.value.is_imported
    assert not dropin.is_installed()
    dropin.install(force=True)
    assert importlib.import_module("ray") is ray_client
    dropin.uninstall()
    assert importlib.import_module("ray").WHO == "the real one"
    with pytest.raises(RayInstalledError, match="before anything imports it"):
        dropin.install(force=True)
    del sys.modules["ray"]


def test_a_directory_named_ray_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "ray").mkdir()
    done = run_python("import ray_client.dropin as d; d.install(); import ray; print(ray.__name__)", cwd=tmp_path)
    assert done.stdout == "ray_client\n", done.stderr


def test_importing_the_module_installs_nothing_and_installing_loads_nothing() -> None:
    code = (
        "import sys, ray_client.dropin as d\n"
        "assert not d.is_installed()\n"
        "d.install()\n"
        "import ray, ray.util.queue\n"
        "print(*sys.modules.keys() & {'grpc', 'cloudpickle', 'google.protobuf', 'numpy'})\n"
    )
    done = run_python(code)
    assert (done.stdout, done.stderr) == ("\n", "")


@pytest.mark.usefixtures("installed")
def test_functions_that_use_ray_still_travel() -> None:
    """T7."""
    names: dict[str, Any] = {"__name__": "__main__"}
    code = """
import ray
import ray.util.queue
from ray.util.queue import Queue

def task(x):
    queue = ray.util.queue.Queue(1)
    return ray.get(ray.put(x)), Queue, ray.exceptions.RayError, queue
"""
    exec(code, names)
    pickled = pickler.dump(names["task"], pickler.TokenTable({}, counterparts))
    found, modules = names_in(pickled.stream)
    assert modules >= {"ray", "ray.util.queue"}
    ours = {module for module, _ in found if module.partition(".")[0] == "ray_client"}
    assert ours <= {"ray_client.util.queue"}  # the driver reads these under `ray`
    assert ("ray_client.util.queue", "Queue") in found or ("ray.util.queue", "Queue") in found


def names_in(stream: bytes) -> tuple[set[tuple[str, str]], set[str]]:
    """Give the globals that a pickle looks up, and the modules that its tokens name."""
    found, modules = set(), set()

    def read_module(name: str) -> ModuleType:
        modules.add(name)
        return ModuleType(name)

    class Finder(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            found.add((module, name))
            if module == tokens.MODULE:
                return read_module if name == tokens.ray_module.__name__ else lambda *args: object()
            return super().find_class(module, name)

    Finder(io.BytesIO(stream)).load()
    return found, modules


PLUGIN_TEST = """
import ray
from ray.util.queue import Queue

def test_it():
    assert ray.__name__ == "ray_client"
"""


def run_pytest(directory: Path) -> subprocess.CompletedProcess[str]:
    (directory / "conftest.py").write_text("import ray\nassert ray.__name__ == 'ray_client'\n")
    (directory / "test_it.py").write_text(PLUGIN_TEST)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "ray_client.dropin", "-p", "no:cacheprovider"]
    return subprocess.run(command, capture_output=True, text=True, cwd=directory)


def test_as_a_plugin_of_pytest_it_comes_before_conftest(tmp_path: Path) -> None:
    done = run_pytest(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_as_a_plugin_it_refuses_too(tmp_path: Path) -> None:
    (tmp_path / "ray.py").write_text(REAL_RAY)
    done = run_pytest(tmp_path)
    assert done.returncode != 0
    assert "RayInstalledError: `import ray` cannot give ray_client" in done.stdout + done.stderr


def test_auto_means_what_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "ray://no host")
    with pytest.raises(AddressError, match="ray://no host"):
        ray_client.init("auto")
    monkeypatch.delenv("RAY_ADDRESS")
    with pytest.raises(AddressError, match="RAY_ADDRESS"):
        ray_client.init(address="auto")


@pytest.mark.parametrize(
    "first",
    [
        "from ray.util.placement_group import PlacementGroup",
        "import ray.util.placement_group",
        "from ray.util import placement_group",
        "import ray, importlib; importlib.import_module('ray.util.placement_group')",
        "import ray_client.util.placement_group, ray.util.placement_group",
    ],
)
def test_a_function_keeps_its_name_beside_the_module_of_that_name(first: str) -> None:
    code = f"""
        from ray_client import dropin
        dropin.install()
        {first}
        import ray, sys
        assert ray.util.placement_group is sys.modules["ray.util.placement_group"].placement_group
        from ray.util import placement_group
        assert callable(placement_group)
    """
    done = run_python(textwrap.dedent(code))
    assert done.returncode == 0, done.stderr


def test_modules_are_attributes_without_an_import_and_load_nothing_heavy() -> None:
    code = """
        from ray_client import dropin
        dropin.install()
        import ray, sys
        for name in "scheduling_strategies queue metrics multiprocessing joblib state actor_group".split():
            assert getattr(ray.util, name).__name__ == f"ray_client.util.{name}", name
        assert not sys.modules.keys() & {"grpc", "cloudpickle", "google.protobuf"}
        assert ray.cloudpickle.loads(ray.cloudpickle.dumps(lambda: 3))() == 3
        assert not hasattr(ray.util, "nothing") and not hasattr(ray, "nothing")
    """
    done = run_python(textwrap.dedent(code))
    assert done.returncode == 0, done.stderr
