"""The session's runtime environment: variables, the laptop's own files, packages from an index."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

import pytest
from cluster import cluster_python
from gateway import Gateway

import ray_client as ray
from ray_client.errors import ConnectError, PackageError, SessionOpenError


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A directory of the user's with a module and a data file."""
    project = tmp_path / "project"
    (project / "parts").mkdir(parents=True)
    (project / "recipe.py").write_text("def cook():\n    return 'soup'\n")
    (project / "parts" / "__init__.py").write_text("NAME = 'part'\n")
    (project / "data.txt").write_text("some data")
    (project / "large.bin").write_bytes(os.urandom(300_000))
    return project


@ray.remote
def read(path: str) -> str:
    return Path(path).read_text()


@ray.remote
def call(module: str, function: str) -> object:
    import importlib

    return getattr(importlib.import_module(module), function)()


def test_env_vars(gateway: Gateway) -> None:
    @ray.remote
    def colour() -> str | None:
        return os.environ.get("API_COLOUR")

    with ray.init(gateway.address, runtime_env={"env_vars": {"API_COLOUR": "blue"}}, log_to_driver=False):
        assert ray.get(colour.remote()) == "blue"
        red = colour.options(runtime_env={"env_vars": {"API_COLOUR": "red"}})
        assert ray.get(red.remote()) == "red"


def test_working_dir(gateway: Gateway, project: Path) -> None:
    with ray.init(gateway.address, runtime_env={"working_dir": str(project)}, log_to_driver=False):
        assert ray.get(read.remote("data.txt")) == "some data"
        assert ray.get(call.remote("recipe", "cook")) == "soup"
        assert ray.get_runtime_context().runtime_env["working_dir"]


def test_a_changed_working_dir_is_sent_again(gateway: Gateway, project: Path) -> None:
    for text in ("first", "second"):
        (project / "data.txt").write_text(text)
        with ray.init(gateway.address, runtime_env={"working_dir": str(project)}, log_to_driver=False):
            assert ray.get(read.remote("data.txt")) == text


def test_excludes(gateway: Gateway, project: Path) -> None:
    @ray.remote
    def listing() -> list[str]:
        return sorted(os.listdir())

    runtime_env = {"working_dir": str(project), "excludes": ["large.bin", "parts"]}
    with ray.init(gateway.address, runtime_env=runtime_env, log_to_driver=False):
        seen = ray.get(listing.remote())
    assert "data.txt" in seen
    assert "large.bin" not in seen
    assert "parts" not in seen


def test_py_modules(gateway: Gateway, project: Path) -> None:
    @ray.remote
    def name() -> str:
        import parts

        return parts.NAME

    with ray.init(gateway.address, runtime_env={"py_modules": [str(project / "parts")]}, log_to_driver=False):
        assert ray.get(name.remote()) == "part"


def test_values_of_the_user_s_modules(gateway: Gateway, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "shapes.py").write_text(
        textwrap.dedent("""
            class Square:
                def __init__(self, side):
                    self.side = side

                def area(self):
                    return self.side ** 2
        """)
    )
    monkeypatch.syspath_prepend(str(project))
    import shapes

    @ray.remote
    def grow(square):
        return shapes.Square(square.side + 1)

    with ray.init(gateway.address, runtime_env={"working_dir": str(project)}, log_to_driver=False):
        grown = ray.get(grow.remote(shapes.Square(2)))
    assert isinstance(grown, shapes.Square)
    assert grown.area() == 9


def test_a_directory_that_is_not_there(gateway: Gateway, tmp_path: Path) -> None:
    with pytest.raises((PackageError, ValueError)):
        ray.init(gateway.address, runtime_env={"working_dir": str(tmp_path / "nothing")})
    assert not ray.is_initialized()


def test_an_environment_that_makes_no_sense(gateway: Gateway) -> None:
    with pytest.raises((ConnectError, ValueError, TypeError)):
        ray.init(gateway.address, runtime_env={"env_vars": {"A": 1}})
    assert not ray.is_initialized()
    with ray.init(gateway.address, log_to_driver=False):
        assert ray.get(ray.put(1)) == 1


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_pip(gateway: Gateway) -> None:
    @ray.remote
    def table() -> str:
        import tabulate

        return tabulate.tabulate([["a", 1]])

    @ray.remote
    def is_there() -> bool:
        import importlib.util

        return importlib.util.find_spec("tabulate") is not None

    with ray.init(gateway.address, runtime_env={"pip": ["tabulate==0.9.0"]}, log_to_driver=False):
        assert "a" in ray.get(table.remote())
        ref = ray.put([1, 2])
        assert ray.get(ref) == [1, 2]
    with ray.init(gateway.address, log_to_driver=False):
        assert ray.get(is_there.remote()) is False


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_package_that_does_not_exist(gateway: Gateway) -> None:
    with pytest.raises(SessionOpenError) as caught:
        ray.init(gateway.address, runtime_env={"pip": ["no-such-package-of-ray-client-tests==0.0.1"]})
    assert caught.value.code == "RUNTIME_ENV_FAILED"
    assert "no-such-package-of-ray-client-tests" in str(caught.value)
    assert not ray.is_initialized()


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_uv(gateway: Gateway) -> None:
    @ray.remote
    def is_there() -> bool:
        import importlib.util

        return importlib.util.find_spec("tabulate") is not None

    uv = {"packages": ["tabulate==0.9.0"], "uv_version": "==0.13.9"}
    with ray.init(gateway.address, runtime_env={"uv": uv}, log_to_driver=False):
        assert ray.get(is_there.remote())


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_another_python_executable(gateway: Gateway) -> None:
    @ray.remote
    def option() -> object:
        import sys

        return sys._xoptions.get("bread")

    env = {"py_executable": f"{cluster_python()} -X bread=rye"}
    with ray.init(gateway.address, runtime_env=env, log_to_driver=False):
        assert ray.get(option.remote()) == "rye"


@pytest.mark.parametrize(
    "runtime_env",
    [{"conda": "no-such-conda-environment"}, {"image_uri": "localhost/no-such-image:0"}],
    ids=["conda", "image_uri"],
)
def test_what_cannot_be_built(gateway: Gateway, runtime_env: dict[str, str]) -> None:
    with pytest.raises(SessionOpenError, match="Failed to set up runtime environment") as caught:
        ray.init(gateway.address, runtime_env=runtime_env)
    assert caught.value.code == "RUNTIME_ENV_FAILED"
    assert not ray.is_initialized()
