"""Where objects lie, and what this process knows of its machine."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from processes import poll

from conformance.api import ray
from conformance.marks import since_ray

LARGE = 300_000  #: bytes: more than Ray keeps in a process's own memory


@ray.remote
def make(size: int) -> Any:
    return np.zeros(size, dtype=np.uint8)


def locations(locate: Callable[[list[Any]], Any], ref: Any) -> Any:
    """What is known of an object, once it is known where it lies: its owner hears of that a little later."""
    assert poll(lambda: bool(locate([ref])[ref]["node_ids"]), within_s=30)
    return locate([ref])


def test_a_large_object_lies_on_a_node() -> None:
    ref = make.remote(LARGE)
    ray.wait([ref])
    found = locations(ray.experimental.get_object_locations, ref)
    assert list(found) == [ref]
    assert found[ref]["node_ids"] == [ray.nodes()[0]["NodeID"]]
    assert found[ref]["object_size"] >= LARGE


def test_what_was_put_lies_on_a_node() -> None:
    ref = ray.put(np.zeros(LARGE, dtype=np.uint8))
    assert len(locations(ray.experimental.get_object_locations, ref)[ref]["node_ids"]) == 1


def test_several_objects_are_asked_for_at_once() -> None:
    refs = [make.remote(LARGE) for _ in range(3)]
    ray.wait(refs, num_returns=3)
    assert set(ray.experimental.get_object_locations(refs)) == set(refs)


def test_a_small_object_lies_on_no_node() -> None:
    ref = make.remote(1)
    ray.get(ref)
    assert ray.experimental.get_object_locations([ref])[ref]["node_ids"] == []


def test_no_object_has_no_location() -> None:
    assert ray.experimental.get_object_locations([]) == {}


def test_the_owner_knows_where_its_objects_lie() -> None:
    ref = make.remote(LARGE)
    ray.wait([ref])
    found = locations(ray.experimental.get_local_object_locations, ref)
    assert found[ref]["node_ids"] == [ray.nodes()[0]["NodeID"]]


def test_the_owner_knows_the_size() -> None:
    ref = make.remote(LARGE)
    ray.wait([ref])
    assert locations(ray.experimental.get_local_object_locations, ref)[ref]["object_size"] >= LARGE


def test_locations_inside_a_task() -> None:
    @ray.remote
    def locate(boxed: list[Any]) -> int:
        return len(ray.experimental.get_object_locations(boxed)[boxed[0]]["node_ids"])

    ref = make.remote(LARGE)
    locations(ray.experimental.get_object_locations, ref)
    assert ray.get(locate.remote([ref])) == 1


@pytest.mark.client_only  # Ray's process crashes
def test_locations_of_something_else_are_refused() -> None:
    with pytest.raises(TypeError, match="ObjectRef"):
        ray.experimental.get_object_locations(["no reference"])


def test_this_machine_has_an_address() -> None:
    ipaddress.ip_address(ray.util.get_node_ip_address())


def test_a_task_sees_the_address_of_its_node() -> None:
    @ray.remote
    def address() -> str:
        return ray.util.get_node_ip_address()

    assert ray.get(address.remote()) == ray.nodes()[0]["NodeManagerAddress"]


@since_ray("2.49.2", "`ray.util.get_node_instance_id`", client_has_it=True)
def test_an_instance_id_is_that_of_the_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_CLOUD_INSTANCE_ID", "i-123")
    assert ray.util.get_node_instance_id() == "i-123"
    monkeypatch.delenv("RAY_CLOUD_INSTANCE_ID")
    assert ray.util.get_node_instance_id() == ""


def test_log_once_is_once_for_each_key() -> None:
    key = f"key-{time.time()}"
    assert [ray.util.log_once(key) for _ in range(3)] == [True, False, False]
    assert ray.util.log_once(key + "x")


def test_names_of_accelerators() -> None:
    assert ray.util.accelerators.NVIDIA_TESLA_V100 == "V100"
    assert ray.util.accelerators.GOOGLE_TPU_V4 == "TPU-V4"


@pytest.mark.parametrize("name", ["NVIDIA_TESLA_T4", "NVIDIA_H100", "AWS_NEURON_CORE", "INTEL_GAUDI"])
def test_a_name_of_an_accelerator_is_an_option(name: str) -> None:
    @ray.remote(accelerator_type=getattr(ray.util.accelerators, name), num_cpus=0)
    def never() -> None: ...

    ref = never.remote()
    assert ray.wait([ref], timeout=0.05)[0] == []
    ray.cancel(ref)
