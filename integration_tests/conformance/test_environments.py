"""Runtime environments of tasks and actors."""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest

from conformance.api import exceptions, ray
from conformance.marks import since_ray

RuntimeEnv, RuntimeEnvConfig = ray.runtime_env.RuntimeEnv, ray.runtime_env.RuntimeEnvConfig


@ray.remote(num_cpus=0)
def variables(*names: str) -> list[str | None]:
    return [os.environ.get(name) for name in names]


@ray.remote(num_cpus=0)
def find(module: str) -> bool:
    import importlib.util

    return importlib.util.find_spec(module) is not None


@ray.remote(num_cpus=0)
class Finder:
    def find(self, module: str) -> bool:
        import importlib.util

        return importlib.util.find_spec(module) is not None

    def variable(self, name: str) -> str | None:
        return os.environ.get(name)


def test_variables_of_an_actor() -> None:
    finder = Finder.options(runtime_env={"env_vars": {"BREAD": "rye"}}).remote()
    assert ray.get(finder.variable.remote("BREAD")) == "rye"


def test_variables_are_those_of_one_task_only() -> None:
    rye = variables.options(runtime_env={"env_vars": {"BREAD": "rye"}})
    assert ray.get([rye.remote("BREAD"), variables.remote("BREAD")]) == [["rye"], [None]]


def test_a_variable_may_hold_others() -> None:
    env = {"env_vars": {"BREAD_PATH": "/bread:${PATH}"}}
    [path, bread_path] = ray.get(variables.options(runtime_env=env).remote("PATH", "BREAD_PATH"))
    assert bread_path == f"/bread:{path}"


def test_a_task_has_the_environment_of_the_task_that_calls_it() -> None:
    @ray.remote(num_cpus=0, runtime_env={"env_vars": {"BREAD": "rye"}})
    def call() -> Any:
        return ray.get(variables.remote("BREAD"))

    assert ray.get(call.remote()) == ["rye"]


def test_variables_are_added_to_those_of_the_caller() -> None:
    @ray.remote(num_cpus=0, runtime_env={"env_vars": {"BREAD": "rye", "BUTTER": "much"}})
    def call() -> Any:
        other = variables.options(runtime_env={"env_vars": {"BREAD": "wheat", "JAM": "plum"}})
        return ray.get(other.remote("BREAD", "BUTTER", "JAM"))

    assert ray.get(call.remote()) == ["wheat", "much", "plum"]


def test_a_task_sees_its_environment() -> None:
    @ray.remote(num_cpus=0, runtime_env={"env_vars": {"BREAD": "rye"}})
    def see() -> tuple[dict[str, Any], str]:
        context = ray.get_runtime_context()
        return dict(context.runtime_env), context.get_runtime_env_string()

    fields, text = ray.get(see.remote())
    assert fields["env_vars"] == {"BREAD": "rye"}
    assert "BREAD" in text


@since_ray("2.43.0", "`py_executable` with arguments")
def test_another_python_executable() -> None:
    @ray.remote(num_cpus=0)
    def python() -> tuple[str, Any]:
        return sys.executable, sys._xoptions.get("bread")

    executable, option = ray.get(python.remote())
    assert option is None
    marked = python.options(runtime_env={"py_executable": f"{executable} -X bread=rye"})
    assert ray.get(marked.remote()) == (executable, "rye")


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_packages_of_a_task_by_pip() -> None:
    assert ray.get(find.options(runtime_env={"pip": ["tabulate==0.9.0"]}).remote("tabulate"))
    assert not ray.get(find.remote("tabulate"))


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_packages_of_an_actor_by_uv() -> None:
    uv = {"packages": ["tabulate==0.9.0"], "uv_version": "==0.13.9"}
    finder = Finder.options(runtime_env={"uv": uv}).remote()
    assert ray.get(finder.find.remote("tabulate"))


@pytest.mark.parametrize(
    "runtime_env",
    [{"conda": "no-such-conda-environment"}, {"image_uri": "localhost/no-such-image:0"}],
    ids=["conda", "image_uri"],
)
def test_what_cannot_be_built_fails_the_task(runtime_env: dict[str, Any]) -> None:
    with pytest.raises(exceptions.RuntimeEnvSetupError):
        ray.get(find.options(runtime_env=runtime_env).remote("os"))


def test_what_cannot_be_built_fails_the_calls_of_an_actor() -> None:
    finder = Finder.options(runtime_env={"conda": "no-such-conda-environment"}).remote()
    with pytest.raises(exceptions.RuntimeEnvSetupError):
        ray.get(finder.find.remote("os"))


# The classes


def test_an_environment_is_a_dictionary() -> None:
    env = RuntimeEnv(env_vars={"BREAD": "rye"})
    assert env == {"env_vars": {"BREAD": "rye"}}
    assert env["env_vars"] == env.get("env_vars") == {"BREAD": "rye"}
    assert env.get("pip") is None
    assert env.to_dict() == {"env_vars": {"BREAD": "rye"}}


def test_an_environment_is_an_option() -> None:
    env = RuntimeEnv(env_vars={"BREAD": "rye"}, config=RuntimeEnvConfig(setup_timeout_seconds=120))
    assert ray.get(variables.options(runtime_env=env).remote("BREAD")) == ["rye"]


def test_what_is_deserialized_is_not_checked_again() -> None:
    text = RuntimeEnv(env_vars={"BREAD": "rye"}, config={"setup_timeout_seconds": 5}).serialize()
    assert RuntimeEnv.deserialize(text).serialize() == text
    elsewhere = RuntimeEnv.deserialize('{"working_dir": "/there/is/none"}')
    assert (elsewhere.working_dir(), elsewhere.has_working_dir()) == ("/there/is/none", True)


def test_an_environment_with_nothing_in_it() -> None:
    assert RuntimeEnv() == {}
    assert ray.get(variables.options(runtime_env=RuntimeEnv()).remote("BREAD")) == [None]


def test_an_environment_travels() -> None:
    @ray.remote(num_cpus=0)
    def use(env: dict[str, Any]) -> Any:
        return ray.get(variables.options(runtime_env=env).remote("BREAD"))

    assert ray.get(use.remote(RuntimeEnv(env_vars={"BREAD": "rye"}))) == ["rye"]


def test_how_an_environment_is_set_up() -> None:
    config = RuntimeEnvConfig(setup_timeout_seconds=5, eager_install=False, log_files=["a.log"])
    assert config["setup_timeout_seconds"] == 5
    assert config["eager_install"] is False
    assert config["log_files"] == ["a.log"]


def test_how_an_environment_is_set_up_by_default() -> None:
    assert RuntimeEnvConfig() == {"setup_timeout_seconds": 600, "eager_install": True, "log_files": []}


@pytest.mark.parametrize("fields", [{"pip": ["a"], "conda": "b"}, {"uv": ["a"], "pip": ["b"]}])
def test_one_way_to_install_packages(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"'pip'.*'uv'.*'conda'"):
        RuntimeEnv(**fields)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"config": {"setup_timeout_seconds": 0}}, ValueError),
        ({"config": 5}, TypeError),
        ({"working_dir": 5}, TypeError),
        ({"working_dir": "/no/such/directory"}, ValueError),
        ({"py_modules": "a"}, TypeError),
        ({"pip": 5}, TypeError),
        ({"pip": {"pip_check": True}}, ValueError),
        ({"pip": {"packages": ["a"], "pip_check": "yes"}}, TypeError),
        ({"pip": "/no/such/requirements.txt"}, ValueError),
        ({"uv": {"packages": "a"}}, ValueError),
        pytest.param(
            *({"uv": {"packages": ["a"], "uv_pip_install_options": "-q"}}, TypeError),
            marks=since_ray("2.43.0", "`uv_pip_install_options` of a runtime environment", client_has_it=True),
        ),
        ({"conda": 5}, TypeError),
        ({"excludes": "a"}, TypeError),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_makes_no_sense_makes_no_environment(fields: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        RuntimeEnv(**fields)


def test_how_an_environment_is_set_up_is_filled_in() -> None:
    env = RuntimeEnv(config={"setup_timeout_seconds": 5})
    assert env["config"] == {"setup_timeout_seconds": 5, "eager_install": True, "log_files": []}


@pytest.mark.parametrize("value", [{"A": 1}, {1: "A"}, ["A"], "A"])
def test_variables_are_text(value: Any) -> None:
    with pytest.raises(TypeError, match="env_vars"):
        RuntimeEnv(env_vars=value)
    with pytest.raises(TypeError, match="env_vars"):
        variables.options(runtime_env={"env_vars": value}).remote()


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"setup_timeout_seconds": 0}, ValueError),
        ({"setup_timeout_seconds": -2}, ValueError),
        ({"setup_timeout_seconds": "10"}, TypeError),
        ({"eager_install": 1}, TypeError),
        ({"log_files": "a.log"}, TypeError),
    ],
)
def test_set_up_in_a_way_that_makes_no_sense(fields: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        RuntimeEnvConfig(**fields)


@pytest.mark.parametrize(
    ("runtime_env", "error"),
    [
        ({"pip": 5}, TypeError),
        ({"pip": {"packages": ["a"], "checked": True}}, ValueError),
        ({"uv": {"packages": "a"}}, ValueError),
        ({"conda": 5}, TypeError),
        ({"config": {"setup_timeout_seconds": -5}}, ValueError),
        ({"working_dir": "nowhere://a.zip"}, ValueError),
        ({"py_modules": "a"}, TypeError),
        ({"image_uri": "a", "pip": ["b"]}, ValueError),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_environment_that_makes_no_sense_is_refused(runtime_env: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        variables.options(runtime_env=runtime_env).remote()
