"""Placement groups, and where tasks and actors are put."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from conformance.api import ray
from conformance.marks import since_ray

if ray.__name__ == "ray":
    from ray.util import scheduling_strategies as strategies
    from ray.util.placement_group import PlacementGroup
else:
    from ray_client.util import scheduling_strategies as strategies
    from ray_client.util.placement_group import PlacementGroup

BUNDLES = [{"CPU": 0.5}, {"CPU": 0.5, "rig": 1}]


@pytest.fixture(scope="module")
def group(session: None) -> Iterator[Any]:
    made = ray.util.placement_group(BUNDLES, strategy="PACK", name="the-group")
    assert made.wait(30)
    yield made
    ray.util.remove_placement_group(made)


@ray.remote(num_cpus=0.5)
def where() -> Any:
    return ray.get_runtime_context().get_placement_group_id()


def test_a_group_is_ready(group: Any) -> None:
    assert isinstance(group, PlacementGroup)
    assert ray.get(group.ready()) == group


def test_the_bundles_of_a_group(group: Any) -> None:
    assert group.bundle_count == 2
    assert group.bundle_specs == BUNDLES


def test_the_id_of_a_group(group: Any) -> None:
    assert isinstance(group.id, ray.PlacementGroupID)
    assert ray.util.placement_group_table(group)["placement_group_id"] == group.id.hex()


def test_the_table_of_a_group(group: Any) -> None:
    table = ray.util.placement_group_table(group)
    assert (table["name"], table["state"], table["strategy"]) == ("the-group", "CREATED", "PACK")


def test_the_table_of_all_groups(group: Any) -> None:
    assert group.id.hex() in ray.util.placement_group_table()


def test_a_group_is_found_by_its_name(group: Any) -> None:
    assert ray.util.get_placement_group("the-group") == group


def test_a_name_that_no_group_has() -> None:
    with pytest.raises(ValueError, match="no-such-group"):
        ray.util.get_placement_group("no-such-group")


def test_a_task_in_a_group(group: Any) -> None:
    strategy = strategies.PlacementGroupSchedulingStrategy(group)
    assert ray.get(where.options(scheduling_strategy=strategy).remote()) == group.id.hex()


def test_a_task_in_a_bundle(group: Any) -> None:
    strategy = strategies.PlacementGroupSchedulingStrategy(group, placement_group_bundle_index=1)
    options = {"scheduling_strategy": strategy, "resources": {"rig": 1}}
    assert ray.get(where.options(**options).remote()) == group.id.hex()


def test_an_actor_in_a_group(group: Any) -> None:
    @ray.remote(num_cpus=0.5)
    class Actor:
        def where(self) -> Any:
            return ray.get_runtime_context().get_placement_group_id()

    strategy = strategies.PlacementGroupSchedulingStrategy(placement_group=group)
    actor = Actor.options(scheduling_strategy=strategy).remote()
    assert ray.get(actor.where.remote()) == group.id.hex()


def test_a_task_sees_its_group(group: Any) -> None:
    @ray.remote(num_cpus=0.5)
    def current() -> Any:
        return ray.util.get_current_placement_group()

    strategy = strategies.PlacementGroupSchedulingStrategy(group)
    assert ray.get(current.options(scheduling_strategy=strategy).remote()) == group


def test_the_program_is_in_no_group() -> None:
    assert ray.util.get_current_placement_group() is None


def test_a_group_travels(group: Any) -> None:
    @ray.remote
    def count(group: Any) -> tuple[int, Any]:
        return group.bundle_count, group

    assert ray.get(count.remote(group)) == (2, group)


def test_a_group_that_cannot_be_placed() -> None:
    made = ray.util.placement_group([{"CPU": 1000}])
    assert not made.wait(0.1)
    ray.util.remove_placement_group(made)


def test_a_group_that_was_removed() -> None:
    made = ray.util.placement_group([{"CPU": 0.1}])
    assert made.wait(30)
    ray.util.remove_placement_group(made)
    assert ray.util.placement_group_table(made)["state"] == "REMOVED"


@pytest.mark.parametrize(
    ("bundles", "options"),
    [([], {}), ([{}], {}), ([{"CPU": 0}], {}), ("CPU", {}), ([{"CPU": 1}], {"strategy": "NOWHERE"})],
    ids=str,
)
def test_a_group_that_makes_no_sense(bundles: Any, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        ray.util.placement_group(bundles, **options)


@pytest.mark.parametrize("strategy", ["PACK", "SPREAD", "STRICT_PACK"])
def test_ways_of_placing(strategy: str) -> None:
    made = ray.util.placement_group([{"CPU": 0.1}], strategy=strategy)
    assert made.wait(30)
    ray.util.remove_placement_group(made)


def test_on_a_node() -> None:
    @ray.remote(num_cpus=0.1)
    def node() -> str:
        return ray.get_runtime_context().get_node_id()

    node_id = ray.nodes()[0]["NodeID"]
    strategy = strategies.NodeAffinitySchedulingStrategy(node_id=node_id, soft=False)
    assert ray.get(node.options(scheduling_strategy=strategy).remote()) == node_id


def test_on_a_node_that_is_not_there() -> None:
    strategy = strategies.NodeAffinitySchedulingStrategy(ray.NodeID.from_random().hex(), soft=False)
    with pytest.raises(ray.exceptions.TaskUnschedulableError):
        ray.get(where.options(scheduling_strategy=strategy).remote())


def test_softly_on_a_node_that_is_not_there() -> None:
    strategy = strategies.NodeAffinitySchedulingStrategy(ray.NodeID.from_random().hex(), soft=True)
    assert ray.get(where.options(scheduling_strategy=strategy).remote()) is None


@since_ray("2.52.1", "ids of nodes are looked at when a strategy is made", client_has_it=True)
def test_what_is_no_node_is_refused() -> None:
    with pytest.raises(ValueError):
        strategies.NodeAffinitySchedulingStrategy("no node", soft=False)


@pytest.mark.parametrize("strategy", ["DEFAULT", "SPREAD"])
def test_strategies_by_name(strategy: str) -> None:
    assert ray.get(where.options(scheduling_strategy=strategy).remote()) is None


@since_ray("2.49.2", "the label `ray.io/node-id` of each node", hangs=True)
def test_on_a_node_with_a_label() -> None:
    node_id = ray.nodes()[0]["NodeID"]
    strategy = strategies.NodeLabelSchedulingStrategy(hard={"ray.io/node-id": strategies.In(node_id)})
    assert ray.get(where.options(scheduling_strategy=strategy).remote()) is None


@since_ray("2.46.0", "the option `label_selector`", refused_with="ValueError")
def test_a_label_selector() -> None:
    node_id = ray.nodes()[0]["NodeID"]
    assert ray.get(where.options(label_selector={"ray.io/node-id": node_id}).remote()) is None


@pytest.mark.parametrize("cls", ["In", "NotIn"])
def test_conditions_need_values(cls: str) -> None:
    with pytest.raises(ValueError):
        getattr(strategies, cls)()
