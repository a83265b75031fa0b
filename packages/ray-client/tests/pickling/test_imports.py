"""Functions that import this package inside: rule T7 of docs/protocol.md."""

from __future__ import annotations

from typing import Any

import pytest

from ray_client_proto.code.imports import for_cluster


def imports_as() -> Any:
    import ray_client as ray

    return ray


def imports_plainly() -> Any:
    import ray_client

    return ray_client.get


def imports_a_submodule() -> Any:
    import ray_client.util.queue

    return ray_client.util.queue.Queue


def imports_a_name() -> Any:
    from ray_client.util import queue

    return queue


def imports_nothing_of_ours() -> Any:
    import json

    return json


@pytest.mark.parametrize("function", [imports_as, imports_plainly, imports_a_submodule, imports_a_name])
def test_imports_become_those_of_ray(function: Any) -> None:
    names = for_cluster(function.__code__).co_names
    assert any(name == "ray" or name.startswith("ray.") for name in names)
    assert not any(name.startswith("ray_client") for name in names)


def test_other_code_stays_the_same_object() -> None:
    assert for_cluster(imports_nothing_of_ours.__code__) is imports_nothing_of_ours.__code__


def test_a_name_that_is_used_for_something_else_stays() -> None:
    code = compile("class C:\n    import ray_client\n    other = ray_client", "<test>", "exec").co_consts[0]
    assert "ray_client" in for_cluster(code).co_names
