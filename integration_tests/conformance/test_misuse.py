"""Programs that make no sense are told so, where they say it, in the way of Ray."""

from __future__ import annotations

import abc

import pytest

from conformance.api import ray
from conformance.marks import since_ray


@ray.remote
def task(x: int = 0) -> int:
    return x


@ray.remote
class Actor:
    def method(self) -> int:
        return 1


STREAMING_IS_CHECKED = since_ray("2.60.0", '`num_returns="streaming"` is for generators alone', client_has_it=True)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"foo": 1}, ValueError),
        ({"num_returns": -1}, ValueError),
        ({"num_cpus": -1}, ValueError),
        ({"num_cpus": "x"}, TypeError),
        ({"num_gpus": -1}, ValueError),
        ({"memory": -1}, ValueError),
        ({"max_retries": -2}, ValueError),
        ({"max_restarts": 1}, ValueError),
        ({"lifetime": "detached"}, ValueError),
        ({"resources": {"CPU": 1}}, ValueError),
        ({"resources": {"rig": -1}}, ValueError),
        ({"resources": 3}, TypeError),
        ({"name": 4}, TypeError),
        ({"runtime_env": "x"}, TypeError),
        ({"retry_exceptions": 3}, TypeError),
        pytest.param({"num_returns": "streaming"}, ValueError, marks=STREAMING_IS_CHECKED),
    ],
    ids=str,
)
def test_wrong_options_of_a_task(options: dict, error: type[Exception]) -> None:
    with pytest.raises(error):
        task.options(**options)


def test_a_coroutine_is_no_task() -> None:
    async def sleep() -> None: ...

    with pytest.raises(ValueError, match="'async def' should not be used for remote tasks"):
        ray.remote(sleep)
    with pytest.raises(ValueError, match=r"asyncio\.run"):
        ray.remote(num_cpus=1)(sleep)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"foo": 1}, ValueError),
        ({"num_returns": 2}, ValueError),
        ({"max_restarts": -2}, ValueError),
        ({"max_task_retries": -2}, ValueError),
        ({"max_concurrency": -1}, ValueError),
        ({"max_pending_calls": -3}, ValueError),
        ({"lifetime": "x"}, ValueError),
        ({"name": 3}, TypeError),
        ({"num_cpus": -1}, ValueError),
        ({"concurrency_groups": {"a": 1}}, ValueError),
    ],
    ids=str,
)
def test_wrong_options_of_an_actor(options: dict, error: type[Exception]) -> None:
    with pytest.raises(error):
        Actor.options(**options)


def test_the_error_names_the_option() -> None:
    with pytest.raises(ValueError, match="foo"):
        task.options(foo=1)
    with pytest.raises(ValueError, match="num_cpus"):
        task.options(num_cpus=-1)
    with pytest.raises(TypeError, match="name"):
        Actor.options(name=3)


@pytest.mark.parametrize("keyword", ["num_returns", "max_retries", "num_cpus"])
def test_wrong_options_in_the_decorator(keyword: str) -> None:
    with pytest.raises(ValueError):
        ray.remote(**{keyword: -7})(lambda: 1)


def test_an_unknown_option_in_the_decorator() -> None:
    with pytest.raises(ValueError, match="foo"):
        ray.remote(foo=1)(lambda: 1)


def test_a_function_cannot_be_called_directly() -> None:
    with pytest.raises(TypeError, match="remote"):
        task()


def test_a_class_cannot_be_called_directly() -> None:
    with pytest.raises(TypeError, match="remote"):
        Actor()


@pytest.mark.parametrize("wrong", [3, "text", None])
def test_remote_of_what_is_neither(wrong: object) -> None:
    with pytest.raises((TypeError, AssertionError)):
        ray.remote(wrong)


def test_remote_with_empty_parentheses() -> None:
    with pytest.raises((AssertionError, TypeError)):
        ray.remote()


def test_remote_with_positional_and_keyword() -> None:
    with pytest.raises((AssertionError, TypeError)):
        ray.remote(lambda: 1, num_cpus=1)


def test_remote_of_a_remote_function() -> None:
    with pytest.raises(TypeError):
        ray.remote(task)


def test_get_if_exists_without_a_name() -> None:
    with pytest.raises(ValueError, match="name"):
        Actor.options(get_if_exists=True).remote()


def test_method_with_an_unknown_keyword() -> None:
    with pytest.raises((AssertionError, ValueError), match="foo"):
        ray.method(foo=1)


@since_ray("2.55.1", "`ray.method` looks at its options", client_has_it=True)
def test_method_with_a_wrong_number_of_returns() -> None:
    with pytest.raises(ValueError):
        ray.method(num_returns=-1)(lambda self: 1)


def test_an_actor_class_as_a_base_class() -> None:
    with pytest.raises(TypeError):

        class Derived(Actor):
            pass


def test_an_abstract_class() -> None:
    class Base(abc.ABC):
        @abc.abstractmethod
        def area(self) -> int: ...

    class Side(Base):
        def area(self) -> int:
            return 2

    with pytest.raises(TypeError, match="area"):
        ray.remote(Base)
    assert ray.get(ray.remote(Side).remote().area.remote()) == 2


def test_an_unknown_strategy_is_refused_at_the_call() -> None:
    changed, actor = task.options(scheduling_strategy="ANYWHERE"), Actor.options(scheduling_strategy="")
    with pytest.raises(ValueError, match="ANYWHERE"):
        changed.remote()
    with pytest.raises(ValueError):
        actor.remote()


def test_a_function_that_brings_too_much_along() -> None:
    large = bytes(10**8)

    @ray.remote
    def size() -> int:
        return len(large)

    with pytest.raises(ValueError, match="too large"):
        size.remote()


def test_namespace_must_be_text() -> None:
    with pytest.raises((TypeError, ValueError)):
        Actor.options(name="x", namespace="").remote()


def test_init_with_an_unknown_argument() -> None:
    with pytest.raises((RuntimeError, TypeError)):
        ray.init(no_such_argument=1)


def test_an_infeasible_task_is_pending_only() -> None:
    ref = task.options(resources={"no_such_resource": 1}).remote()
    assert ray.wait([ref], timeout=0.2) == ([], [ref])
    ray.cancel(ref)
    with pytest.raises(ray.exceptions.TaskCancelledError):
        ray.get(ref)
