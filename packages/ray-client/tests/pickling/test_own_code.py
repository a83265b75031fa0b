"""The user's own code: what travels by value, what comes back, what is said where something is missing."""

from __future__ import annotations

import importlib
import json
import pathlib
import pickle
import py_compile
import sys
import threading
import zipfile
from collections.abc import Iterator
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ray_client.api.counterparts import counterparts
from ray_client.errors import MissingModuleError, PicklingError
from ray_client.pickling import missing, pickler, unpickler
from ray_client_proto.code import locality

TABLE = pickler.TokenTable({}, counterparts)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory on `sys.path`, for a project of the user's."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def load(project: Path, name: str, text: str) -> ModuleType:
    (project / f"{name}.py").write_text(text)
    importlib.invalidate_caches()
    return importlib.import_module(name)


def read(pickled: Any, without: str = "") -> Any:
    """Read a pickle, as another process would that does not have the module `without`."""
    module = sys.modules.pop(without, None)
    try:
        return unpickler.load(pickled.stream, pickled.buffers, {})
    finally:
        if module is not None:
            sys.modules[without] = module


def test_installed_code_travels_by_reference_and_the_users_by_value(project: Path) -> None:
    own = load(project, "own_module", "def f():\n    return 1\n")
    assert locality.travels_by_value("own_module") is own
    (project / "own_space" / "deep").mkdir(parents=True)
    importlib.invalidate_caches()
    space = importlib.import_module("own_space.deep")
    assert locality.travels_by_value("own_space.deep") is space
    for name in ("json", "pytest", "sys", "builtins", "ray_client", "ray_client_proto.v1", "__main__", None, "absent"):
        assert locality.travels_by_value(name) is None


def test_what_the_cluster_was_sent_travels_by_reference_if_it_is_the_same_file(project: Path) -> None:
    own = load(project, "sent_module", "def f():\n    return 1\n")
    real = str((project / "sent_module.py").resolve())
    assert locality.travels_by_value("sent_module", {"sent_module": real}) is None
    assert locality.travels_by_value("sent_module", {"sent_module": real + "x"}) is own
    by_reference = pickler.dump(own.f, pickler.TokenTable({}, counterparts, shipped={"sent_module": real}))
    by_value = pickler.dump(own.f, TABLE)
    again = pickler.dump(own.f, pickler.TokenTable({}, counterparts, shipped={"sent_module": real}))
    assert by_reference.stream == again.stream != by_value.stream
    assert (by_reference.modules, by_value.modules) == ((), (own,))


def test_a_module_travels_with_its_state_but_not_with_what_cannot(project: Path) -> None:
    text = """
import threading
lock, again = threading.Lock(), threading.RLock()
event, counts = threading.Event(), {"calls": 0}
def call():
    with lock, again:
        counts["calls"] += 1
    return counts["calls"]
"""
    module = load(project, "with_state", text)
    twin = read(pickler.dump({"module": module}, TABLE), without="with_state")["module"]
    assert twin is not module and twin.__name__ == "with_state"
    assert (twin.call(), twin.call(), module.counts) == (1, 2, {"calls": 0})
    assert (twin.event.is_set(), twin.event.set(), twin.event.is_set()) == (False, None, True)
    # As the driver does, on its way to a worker.
    assert read(pickler.dump(twin.call, TABLE))() == 3
    with pytest.raises(PicklingError, match="lock"):  # any other is refused, as ever
        pickler.dump([module, threading.Lock()], TABLE)


def test_modules_that_import_each_other(project: Path) -> None:
    (project / "second_of_two.py").write_text("import first_of_two\ndef g(n):\n    return first_of_two.f(n - 1)\n")
    text = "import second_of_two\ndef f(n):\n    return n if n < 1 else second_of_two.g(n)\n"
    first = load(project, "first_of_two", text)
    pickled = pickler.dump(first.f, TABLE)
    assert {module.__name__ for module in pickled.modules} == {"first_of_two", "second_of_two"}
    assert read(pickled)(3) == 0


def test_a_class_that_comes_back_stays_as_it_is_here(project: Path) -> None:
    module = load(project, "with_class", "N = 1\nclass C:\n    size = 1\n    def n(self):\n        return N\n")
    pickled = pickler.dump(module.C(), TABLE)
    module.C.size, module.N = 5, 7
    back = read(pickled)
    assert type(back) is module.C
    assert (back.size, back.n()) == (5, 7)


@pytest.mark.parametrize("kind", [b"WindowsPath", b"PosixPath"])
@pytest.mark.parametrize("module", [b"pathlib", b"pathlib._local"])
def test_v4_a_path_arrives_as_one_of_this_system(kind: bytes, module: bytes) -> None:
    stream = b"c" + module + b"\n" + kind + b"\n(Va\nVb\ntR."
    assert unpickler.load(stream, (), {}) == pathlib.Path("a/b")


def test_the_line_to_add(project: Path) -> None:
    load(project, "own_alone", "")
    (project / "own_package").mkdir()
    (project / "own_package" / "__init__.py").write_text("")
    assert missing.line_to_add("own_package.part") == (
        f'runtime_env={{"py_modules": [{json.dumps(str(project / "own_package"))}]}}'
    )
    assert json.dumps(str(project / "own_alone.py")) in missing.line_to_add("own_alone")
    assert missing.line_to_add("google.protobuf").startswith('runtime_env={"pip": ["')
    assert missing.line_to_add("_pytest.config") == f'runtime_env={{"pip": ["pytest=={pytest.__version__}"]}}'
    assert missing.line_to_add("nobodys") == 'runtime_env={"pip": ["nobodys"]}, if its package has that name'
    assert missing.way_to_install("_pytest").endswith("-m pip install pytest`")


def test_a_module_that_is_missing_here() -> None:
    with pytest.raises(MissingModuleError) as caught:
        unpickler.load(b"cno_such.module\nThing\n.", (), {})
    error = caught.value
    assert (error.side, error.name, error.wanted) == ("client", "no_such", "no_such.module.Thing")
    assert isinstance(error, ModuleNotFoundError)
    twin = pickle.loads(pickle.dumps(error))
    assert (twin.name, str(twin)) == (error.name, str(error))


# What counts as the user's own


def install(root: Path, name: str, *, editable: bool = False, record: bool = True) -> None:
    """Leave in a directory what an installer leaves there, for a package with one module."""
    (root / name).mkdir(parents=True)
    (root / name / "__init__.py").write_text("def f(): return 1\n")
    metadata = root / f"{name}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    if record:
        (metadata / "RECORD").write_text(f"{name}/__init__.py,,\n{name}-1.0.dist-info/METADATA,,\n../bin/{name},,\n")
    url: dict[str, Any] = {"url": root.as_uri(), "dir_info": {"editable": True}} if editable else {}
    if url:
        (metadata / "direct_url.json").write_text(json.dumps(url))


def test_what_a_distribution_claims_is_installed_wherever_it_stands(project: Path) -> None:
    install(project, "claimed_here")
    install(project, "linked_here", editable=True)
    install(project, "built_here", record=False)  # as the metadata that setuptools leaves beside sources
    load(project, "beside_claimed", "def f(): return 1\n")
    for name, is_own in (("claimed_here", 0), ("linked_here", 1), ("built_here", 1), ("beside_claimed", 1)):
        module = importlib.import_module(name)
        assert locality.travels_by_value(name) is (module if is_own else None), name
    claimed = sys.modules["claimed_here"]
    assert pickler.dump(claimed.f, TABLE).modules == ()
    assert missing.line_to_add("claimed_here") == 'runtime_env={"pip": ["claimed_here==1.0"]}'


@pytest.mark.parametrize("place", ["lib/python3.11/site-packages", "dist-packages", "Lib/Site-Packages", "x-1.egg"])
def test_directories_of_installed_code_of_any_python(
    project: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = project / place
    layer.mkdir(parents=True)
    monkeypatch.syspath_prepend(layer)
    load(layer, "in_a_layer", "def f(): return 1\n")
    assert locality.travels_by_value("in_a_layer") is None


def test_a_zipped_application(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, archive = project / "source", project / "application.pyz"
    install(source, "zipped_library")
    (source / "zipped_own.py").write_text("def f(): return 2\n")
    with zipfile.ZipFile(archive, "w") as file:
        for path in source.rglob("*"):
            file.write(path, path.relative_to(source))
    monkeypatch.syspath_prepend(archive)
    library, own = (importlib.import_module(name) for name in ("zipped_library", "zipped_own"))
    assert str(archive) in str(library.__file__)
    assert locality.travels_by_value("zipped_library") is None
    assert locality.travels_by_value("zipped_own") is own
    assert read(pickler.dump(own.f, TABLE), without="zipped_own")() == 2
    assert missing.line_to_add("zipped_own") == f'runtime_env={{"working_dir": {json.dumps(str(archive))}}}'


def test_a_link_in_an_installed_package_is_installed_and_a_link_to_a_project_is_not(project: Path) -> None:
    cache, own = project / "cache", project / "own"
    install(cache, "from_a_cache")
    (own / "linked_project").mkdir(parents=True)
    (own / "linked_project" / "__init__.py").write_text("")
    install(project / "site", "placeholder")
    for path in cache.iterdir():
        (project / path.name).symlink_to(path)
    (project / "linked_project").symlink_to(own / "linked_project")
    importlib.invalidate_caches()
    importlib.import_module("from_a_cache")
    linked = importlib.import_module("linked_project")
    assert locality.travels_by_value("from_a_cache") is None
    assert locality.travels_by_value("linked_project") is linked


def test_advice_for_what_is_compiled_or_was_built_here_is_never_an_index(project: Path) -> None:
    load(project, "secret_compiled", "def f(): return 1\n")
    source, compiled = project / "secret_compiled.py", project / "secret_compiled.pyc"
    py_compile.compile(str(source), str(compiled))
    source.unlink()
    del sys.modules["secret_compiled"]
    (project / "secret_package").mkdir()
    compiled.with_name("secret_package").joinpath("__init__.pyc").write_bytes(compiled.read_bytes())
    (project / f"secret_native{EXTENSION_SUFFIXES[0]}").touch()
    importlib.invalidate_caches()
    module = importlib.import_module("secret_compiled")
    assert locality.travels_by_value("secret_compiled") is None and module.f() == 1
    in_directory = f'runtime_env={{"working_dir": {json.dumps(str(project))}}}'
    assert missing.line_to_add("secret_compiled") == in_directory
    assert missing.line_to_add("secret_native.part") == in_directory
    assert missing.line_to_add("secret_package") == (
        f'runtime_env={{"py_modules": [{json.dumps(str(project / "secret_package"))}]}}'
    )


@pytest.mark.parametrize(
    ("origin", "line"),
    [
        ({"url": "file:///home/me/project", "dir_info": {}}, '{"py_modules": ["PLACE"]}'),
        (
            {"url": "https://host/repo.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}},
            '{"pip": ["from_origin @ git+https://host/repo.git@abc"]}',
        ),
        ({"url": "https://host/a.whl", "archive_info": {}}, '{"pip": ["from_origin @ https://host/a.whl"]}'),
    ],
)
def test_a_distribution_is_named_by_where_it_came_from(project: Path, origin: dict[str, Any], line: str) -> None:
    install(project, "from_origin")
    (project / "from_origin-1.0.dist-info" / "direct_url.json").write_text(json.dumps(origin))
    importlib.invalidate_caches()
    place = json.dumps(str(project / "from_origin"))
    assert missing.line_to_add("from_origin") == "runtime_env=" + line.replace('"PLACE"', place)
