"""Runtime environments: variables, and the laptop's own files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import ray_client as ray


@pytest.fixture(scope="module")
def session(address: str, tmp_path_factory: pytest.TempPathFactory) -> ray.ClientContext:
    """A session with an environment of its own."""
    project = tmp_path_factory.mktemp("project")
    (project / "recipe.py").write_text("def cook():\n    return 'soup'\n")
    (project / "data.txt").write_text("some data")
    (project / "large.bin").write_bytes(os.urandom(600_000))
    module = tmp_path_factory.mktemp("modules") / "parts"
    module.mkdir()
    (module / "__init__.py").write_text("NAME = 'part'\n")
    runtime_env = {
        "env_vars": {"COMPAT_COLOUR": "blue"},
        "working_dir": str(project),
        "py_modules": [str(module)],
    }
    session = ray.connect(address, runtime_env=runtime_env, log_to_driver=False, direct=False, connect_timeout_s=60)
    yield session
    session.close()


def test_variables_of_the_session(session: ray.ClientContext) -> None:
    assert session.get(session.remote(lambda: os.environ.get("COMPAT_COLOUR")).remote()) == "blue"


def test_the_working_directory(session: ray.ClientContext) -> None:
    @session.remote
    def look() -> tuple[str, str, int]:
        import recipe

        return recipe.cook(), Path("data.txt").read_text(), os.path.getsize("large.bin")

    assert session.get(look.remote()) == ("soup", "some data", 600_000)


def test_modules_of_the_laptop(session: ray.ClientContext) -> None:
    @session.remote
    def name() -> str:
        import parts

        return parts.NAME

    assert session.get(name.remote()) == "part"


def test_variables_of_a_task() -> None:
    @ray.remote(runtime_env={"env_vars": {"COMPAT_COLOUR": "green"}})
    def colour() -> str | None:
        return os.environ.get("COMPAT_COLOUR")

    assert ray.get(colour.remote()) == "green"


def test_a_directory_that_is_not_there(address: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        ray.connect(address, runtime_env={"working_dir": str(tmp_path / "nothing")})
