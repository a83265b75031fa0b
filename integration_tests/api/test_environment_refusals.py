"""Runtime environments that the cluster's Ray refuses: with its words, where they are asked for, before any upload."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gateway import Gateway

import ray_client as ray

REFUSED = [
    pytest.param({"pip": 5}, TypeError, r"\['pip'\] must be of type", id="pip"),
    pytest.param({"pip": {"packages": ["a"], "x": 1}}, ValueError, "can only have these fields", id="pip-field"),
    pytest.param({"uv": {"packages": "a"}}, ValueError, "must be of type list", id="uv"),
    pytest.param({"conda": 5}, TypeError, r"\['conda'\] must be of type", id="conda"),
    pytest.param({"conda": "/no/such/place"}, ValueError, "conda env directory /no/such/place", id="conda-directory"),
    pytest.param({"config": {"setup_timeout_seconds": -5}}, ValueError, "setup_timeout_seconds", id="config"),
    pytest.param({"py_modules": ["ftp://host/a.zip"]}, ValueError, "ftp", id="py_modules"),
    pytest.param({"container": {"image": "a"}, "py_executable": "b"}, ValueError, "'container' field", id="container"),
    pytest.param({"image_uri": "a", "pip": ["b"]}, ValueError, "'image_uri' field", id="image_uri"),
]


@pytest.fixture(scope="module")
def session(gateway: Gateway) -> Iterator[ray.ClientContext]:
    with ray.connect(gateway.address, log_to_driver=False, direct=False) as session:
        yield session


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A directory that would have to be uploaded."""
    (tmp_path / "recipe.py").write_text("NAME = 'soup'\n")
    return tmp_path


def packages(gateway: Gateway) -> list[str]:
    """What was uploaded to the gateway."""
    return [name for name in gateway.left_files() if "/packages/" in name]


@pytest.mark.parametrize(("runtime_env", "error", "text"), REFUSED)
def test_of_a_session(
    gateway: Gateway, project: Path, runtime_env: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        ray.connect(gateway.address, runtime_env={**runtime_env, "working_dir": str(project)})
    assert packages(gateway) == []


@pytest.mark.parametrize(("runtime_env", "error", "text"), REFUSED)
def test_of_a_task_and_of_an_actor(
    gateway: Gateway,
    session: ray.ClientContext,
    project: Path,
    runtime_env: dict[str, Any],
    error: type[Exception],
    text: str,
) -> None:
    environment = {**runtime_env, "working_dir": str(project)}

    @session.remote(runtime_env=environment)
    def task() -> None:
        pass

    @session.remote(runtime_env=environment)
    class Actor:
        pass

    with pytest.raises(error, match=text):
        task.remote()
    with pytest.raises(error, match=text):
        Actor.remote()
    assert packages(gateway) == []


def test_packages_are_seen_by_these_tests(gateway: Gateway, session: ray.ClientContext, project: Path) -> None:
    @session.remote(runtime_env={"py_modules": [str(project / "recipe.py")], "config": {"eager_install": False}})
    def name() -> str:
        import recipe

        return str(recipe.NAME)

    assert session.get(name.remote()) == "soup"
    assert packages(gateway)
