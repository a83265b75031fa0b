"""Runtime environments of single tasks and actors, and what is said of the two environments."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from gateway import Gateway

import ray_client as ray
from ray_client.errors import PackageError

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A directory of the laptop's."""
    (tmp_path / "tool").mkdir()
    (tmp_path / "tool" / "__init__.py").write_text("from .inner import NAME\n")
    (tmp_path / "tool" / "inner.py").write_text("NAME = 'of the laptop'\n")
    (tmp_path / "data.txt").write_text("data of the laptop")
    (tmp_path / "single.py").write_text("NUMBER = 7\n")
    return tmp_path


@ray.remote
def look(module: str | None) -> Any:
    import importlib

    if module:
        return sorted((k, v) for k, v in vars(importlib.import_module(module)).items() if k.isupper())
    return Path("data.txt").read_text()


def test_working_dir_of_a_task(files: Path) -> None:
    there = look.options(runtime_env={"working_dir": str(files)})
    assert ray.get(there.remote(None)) == "data of the laptop"
    assert ray.get(there.remote("tool")) == [("NAME", "of the laptop")]
    (files / "data.txt").write_text("changed")
    assert ray.get(look.options(runtime_env={"working_dir": str(files)}).remote(None)) == "changed"
    with pytest.raises(FileNotFoundError):
        ray.get(look.remote(None))


def listing() -> dict[str, str]:
    """Give what there is below the working directory, with what each is."""
    found = {}
    for directory, directories, files in os.walk("."):
        for name in (*directories, *files):
            path = os.path.normpath(os.path.join(directory, name))
            kinds = {"x": os.access(path, os.X_OK), "e": os.path.isdir(path) and not os.listdir(path)}
            found[path] = ("d" if os.path.isdir(path) else "f") + "".join(kind for kind, has in kinds.items() if has)
    return {name: kind for name, kind in found.items() if name not in ("back\\slash", "c:d")}  # not for every Ray


@pytest.fixture
def odd_files(tmp_path: Path) -> Path:
    top = tmp_path / "odd"
    for name in ("empty", "full/empty", "venv"):
        (top / name).mkdir(parents=True)
    for name in ("back\\slash", "new\nline", "c:d", "日本 🎉", "full/x.tmp", "full/run", "venv/x"):
        (top / name).write_text("")
    (top / "full" / "run").chmod(0o755)
    (top / ".gitignore").write_text("*.tmp\n")
    return top


USUAL = {
    ".gitignore": "f",
    "new\nline": "f",
    "日本 🎉": "f",
    "empty": "dxe",
    "full": "dx",
    "full/empty": "dxe",
    "full/run": "fx",
}


def test_odd_names_and_empty_directories(odd_files: Path) -> None:
    here = ray.remote(num_cpus=0, runtime_env={"working_dir": str(odd_files)})(listing)
    assert ray.get(here.remote()) == USUAL


def test_p3_files_that_git_ignores(odd_files: Path, gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_RUNTIME_ENV_IGNORE_GITIGNORE", "1")
    monkeypatch.setenv("RAY_OVERRIDE_RUNTIME_ENV_DEFAULT_EXCLUDES", "")
    everything = {**USUAL, "full/x.tmp": "f", "venv": "dx", "venv/x": "f"}
    env = {"working_dir": str(odd_files)}
    with ray.connect(gateway.address, runtime_env=env, log_to_driver=False) as session:
        assert session.get(session.remote(num_cpus=0)(listing).remote()) == everything


def test_py_modules_of_a_task_and_of_an_actor(files: Path) -> None:
    env = {"py_modules": [str(files / "tool"), str(files / "single.py")], "env_vars": {"A": "1"}}
    assert ray.get(look.options(runtime_env=env).remote("tool")) == [("NAME", "of the laptop")]
    assert ray.get(look.options(runtime_env=env).remote("single")) == [("NUMBER", 7)]

    @ray.remote(num_cpus=0, runtime_env=env)
    class Actor:
        def look(self) -> Any:
            import tool

            return tool.NAME, os.environ["A"]

    assert ray.get(Actor.remote().look.remote()) == ("of the laptop", "1")
    with pytest.raises(ModuleNotFoundError, match="runtime_env"):
        ray.get(look.remote("tool"))


def test_what_cannot_be_packed_is_refused_where_the_call_is_made(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="no such file"):
        look.options(runtime_env={"working_dir": str(tmp_path / "absent")}).remote(None)
    with pytest.raises(TypeError, match="env_vars"):
        look.options(runtime_env={"env_vars": {"A": 1}}).remote(None)


def test_environment_diff(context: ray.ClientContext) -> None:
    server = context._connection.session.opened.server
    assert "cloudpickle" in server.packages
    found = context.environment_diff()
    assert all(here != there for here, there in found.values())
    assert set(found) <= {"python", "cloudpickle", "numpy", "pandas", "pyarrow", "torch"}


def test_a_function_as_setup_hook(gateway: Gateway) -> None:
    text = "set by the hook"

    def set_up() -> None:
        os.environ["HOOKED"] = text

    @ray.remote
    def hooked() -> str | None:
        return os.environ.get("HOOKED")

    with ray.connect(gateway.address, runtime_env={"worker_process_setup_hook": set_up}, log_to_driver=False) as other:
        assert other.get(hooked.remote()) == text
    with pytest.raises(TypeError, match=r"only init\(\) takes a function"):
        hooked.options(runtime_env={"worker_process_setup_hook": set_up}).remote()
