from __future__ import annotations

from typing import Any

import pytest

from ray_client.deprecation import RayDeprecationWarning
from ray_client.options import check_num_returns, validate_actor_options, validate_method_options, validate_task_options
from ray_client.util.scheduling_strategies import NodeAffinitySchedulingStrategy

NODE = "ab" * 28


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"num_cpus": 0.5, "num_gpus": None, "memory": 10**9, "resources": {"a": 0.0001}},
        {"num_returns": 2},
        {"num_returns": "streaming"},
        {"num_returns": None},
        {"max_retries": -1, "retry_exceptions": [ValueError]},
        {"retry_exceptions": True},
        {"scheduling_strategy": "SPREAD"},
        {"scheduling_strategy": NodeAffinitySchedulingStrategy(NODE, soft=True)},
        {"label_selector": {"ray.io/node-id": "!in(a, b)", "zone": "x", "any": ""}},
        {"fallback_strategy": [{"label_selector": {"a": "b"}}]},
        {"runtime_env": {"pip": []}, "name": "n", "max_calls": 1},
        {"_generator_backpressure_num_objects": -1},
    ],
)
def test_good_task_options(options: dict[str, Any]) -> None:
    validate_task_options(options)


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"max_concurrency": 1}, ValueError, "Invalid option keyword max_concurrency for remote functions"),
        ({"num_cpus": "1"}, TypeError, "The type of keyword 'num_cpus' must be float or int or None"),
        ({"num_cpus": -1}, ValueError, "negative"),
        ({"num_gpus": 0.00001}, ValueError, "precision"),
        ({"resources": {"CPU": 1}}, ValueError, "'num_cpus'"),
        ({"resources": {"a": -1}}, ValueError, "a=-1"),
        ({"num_returns": -1}, ValueError, "non-negative"),
        ({"num_returns": "many"}, ValueError, "'streaming'"),
        ({"num_returns": 1.5}, TypeError, "num_returns"),
        ({"max_retries": -2}, ValueError, "infinity"),
        ({"max_calls": -1}, ValueError, "positive integer"),
        ({"retry_exceptions": [1]}, ValueError, "list of exceptions"),
        ({"scheduling_strategy": 7}, TypeError, "scheduling_strategy"),
        ({"object_store_memory": 1}, ValueError, "not implemented for tasks"),
        ({"lifetime": "detached"}, ValueError, "lifetime"),
        ({"label_selector": {"-a": "b"}}, ValueError, "label key"),
        ({"label_selector": {"a" * 64: "b"}}, ValueError, "label key"),
        ({"label_selector": {"a": "in()"}}, ValueError, "selector value"),
        ({"fallback_strategy": [{}]}, ValueError, "label_selector"),
        ({"fallback_strategy": [{"label_selector": {"a": "-"}}]}, ValueError, "selector value"),
        ({"placement_group": object(), "scheduling_strategy": "SPREAD"}, ValueError, "deprecated"),
        ({"_generator_backpressure_num_objects": 0}, ValueError, "-1 to disable"),
    ],
)
def test_bad_task_options(options: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        validate_task_options(options)


def test_max_calls_is_not_for_options() -> None:
    with pytest.raises(ValueError, match="max_calls"):
        validate_task_options({"max_calls": 1}, in_options=True)


def test_streams_need_a_generator() -> None:
    validate_task_options({"num_returns": "streaming"}, is_generator=True)
    with pytest.raises(ValueError, match="yield"):
        validate_task_options({"num_returns": "streaming"}, is_generator=False)
    with pytest.raises(ValueError, match=">= 0"):
        check_num_returns(-1, is_generator=True)
    with pytest.warns(RayDeprecationWarning, match="dynamic"):
        check_num_returns("dynamic", is_generator=True)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"max_calls": 1}, "Invalid option keyword max_calls for actors"),
        ({"lifetime": "for ever"}, "lifetime"),
        ({"get_if_exists": True}, "name must be specified"),
        ({"max_concurrency": -1}, "max_concurrency"),
        ({"num_returns": 1}, "num_returns"),
    ],
)
def test_bad_actor_options(options: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        validate_actor_options(options)


def test_good_actor_options() -> None:
    validate_actor_options({"name": "n", "get_if_exists": True, "lifetime": "detached", "namespace": "x"})
    validate_actor_options({"concurrency_groups": {"io": 2}, "max_restarts": -1, "max_concurrency": 4})
    with pytest.raises(ValueError, match="concurrency_groups"):
        validate_actor_options({"concurrency_groups": {}}, in_options=True)


def test_method_options() -> None:
    validate_method_options({"num_returns": 2, "concurrency_group": "io", "retry_exceptions": None, "name": "n"})
    validate_method_options({"retry_exceptions": [ValueError], "max_task_retries": 1})
    with pytest.raises(TypeError, match="num_cpus"):
        validate_method_options({"num_cpus": 1})
    with pytest.raises(ValueError, match="num_returns"):
        validate_method_options({"num_returns": -1})
    with pytest.raises(ValueError, match=r"ray\.method"):
        validate_method_options({"_num_objects_per_yield": 2})
