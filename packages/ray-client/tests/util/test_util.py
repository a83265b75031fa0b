from __future__ import annotations

import pickle
from typing import Any

import pytest

import ray_client
from ray_client.util.actor_pool import ActorPool
from ray_client.util.helpers import as_completed, map_unordered
from ray_client.util.placement_group import PlacementGroup
from ray_client.util.scheduling_strategies import (
    DoesNotExist,
    Exists,
    In,
    NodeAffinitySchedulingStrategy,
    NodeLabelSchedulingStrategy,
    NotIn,
    PlacementGroupSchedulingStrategy,
)


class Cluster:
    """Takes the place of `ray_client.wait` and `ray_client.get`; a reference is the number that it stands for."""

    def __init__(self) -> None:
        self.slow: set[Any] = set()
        self.failing: dict[Any, Exception] = {}

    def wait(self, refs: list[Any], num_returns: int = 1, timeout: float | None = None) -> tuple[list[Any], list[Any]]:
        quick = [ref for ref in refs if ref not in self.slow]
        if len(quick) < num_returns and timeout is None:
            quick += [ref for ref in refs if ref in self.slow]
        ready = quick[:num_returns]
        return ready, [ref for ref in refs if ref not in ready]

    def get(self, refs: Any) -> Any:
        if isinstance(refs, list):
            return [self.get(ref) for ref in refs]
        if refs in self.failing:
            raise self.failing[refs]
        return refs * 10


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    made = Cluster()
    monkeypatch.setattr(ray_client, "wait", made.wait)
    monkeypatch.setattr(ray_client, "get", made.get)
    return made


def call(actor: str, value: int) -> int:
    return value


def test_as_completed_yields_what_is_ready_first(cluster: Cluster) -> None:
    cluster.slow = {1}
    assert list(as_completed([1, 2, 3], chunk_size=1)) == [20, 30, 10]
    assert list(as_completed([1, 2, 3], yield_obj_refs=True)) == [2, 3, 1]
    with pytest.raises(ValueError, match="chunk_size"):
        next(as_completed([1], chunk_size=0))
    with pytest.raises(ValueError, match="num_returns"):
        next(as_completed([1], num_returns=1))


def test_map_unordered_keeps_to_its_bound(cluster: Cluster) -> None:
    under_way: list[int] = []

    class Function:
        def remote(self, item: int) -> int:
            under_way.append(item)
            return item

    results = map_unordered(Function(), range(6), backpressure_size=3, chunk_size=2)
    assert next(results) == 0
    assert under_way == [0, 1, 2]
    assert sorted(results) == [10, 20, 30, 40, 50]
    assert list(map_unordered(Function(), [], backpressure_size=None)) == []
    with pytest.raises(ValueError, match="backpressure_size"):
        next(map_unordered(Function(), [1], backpressure_size=1))


def test_an_actor_pool_shares_work(cluster: Cluster) -> None:
    pool = ActorPool(["a", "b"])
    assert list(pool.map(call, [1, 2, 3, 4, 5])) == [10, 20, 30, 40, 50]
    cluster.slow = {2}
    assert list(pool.map_unordered(call, [2, 3, 4])) == [30, 40, 20]
    assert pool.has_free() and not pool.has_next()


def test_an_actor_pool_waits_only_as_long_as_told(cluster: Cluster) -> None:
    pool = ActorPool(["a"])
    cluster.slow = {1}
    pool.submit(call, 1)
    assert pool.pop_idle() is None
    with pytest.raises(TimeoutError):
        pool.get_next(timeout=0)
    assert pool.has_next()
    with pytest.raises(TimeoutError, match="ignored"):
        pool.get_next(timeout=0, ignore_if_timedout=True)
    assert not pool.has_next()
    with pytest.raises(StopIteration):
        pool.get_next()
    with pytest.raises(StopIteration):
        pool.get_next_unordered()


def test_a_dead_actor_leaves_its_pool(cluster: Cluster) -> None:
    pool = ActorPool(["a", "b"])
    cluster.failing = {1: ray_client.exceptions.ActorDiedError(), 2: ValueError("mine")}
    pool.submit(call, 1)
    with pytest.raises(ray_client.exceptions.ActorDiedError):
        pool.get_next()
    pool.submit(call, 2)
    with pytest.raises(ValueError, match="mine"):
        pool.get_next()
    assert pool.pop_idle() == "a"
    assert pool.pop_idle() is None
    pool.push("c")
    with pytest.raises(ValueError, match="already"):
        pool.push("c")


def test_strategies_have_the_attributes_of_ray_s() -> None:
    node = "ab" * 28
    affinity = NodeAffinitySchedulingStrategy(node, soft=False)
    expected = {"node_id": node, "soft": False, "_spill_on_unavailable": False, "_fail_on_unavailable": False}
    assert vars(affinity) == expected
    labels = NodeLabelSchedulingStrategy(
        {"a": In("x", "y"), "b": Exists()}, soft={"c": NotIn("z"), "d": DoesNotExist()}
    )
    assert [expression.key for expression in labels.hard + labels.soft] == ["a", "b", "c", "d"]
    assert labels.hard[0].operator.values == ["x", "y"]  # type: ignore[union-attr]
    group = PlacementGroupSchedulingStrategy("group", 2)
    assert vars(pickle.loads(pickle.dumps(group))) == {
        "placement_group": "group",
        "placement_group_bundle_index": 2,
        "placement_group_capture_child_tasks": None,
    }


@pytest.mark.parametrize(
    "make",
    [
        lambda: NodeAffinitySchedulingStrategy("xyz", soft=True),
        lambda: NodeAffinitySchedulingStrategy("ab", soft=True),
        lambda: NodeAffinitySchedulingStrategy("f" * 56, soft=True),
        lambda: NodeAffinitySchedulingStrategy("ab" * 28, soft=False, _spill_on_unavailable=True),
        lambda: NodeAffinitySchedulingStrategy("ab" * 28, soft=True, _fail_on_unavailable=True),
        lambda: NodeLabelSchedulingStrategy({}),
        lambda: NodeLabelSchedulingStrategy({"a": "x"}),
        lambda: NodeLabelSchedulingStrategy([]),  # type: ignore[arg-type]
        In,
        lambda: In(1),  # type: ignore[arg-type]
    ],
)
def test_strategies_refuse_nonsense(make: Any) -> None:
    with pytest.raises(ValueError):
        make()


class OpaqueId:
    def __init__(self, binary: bytes) -> None:
        self.binary = binary

    def __reduce__(self) -> tuple[Any, ...]:
        return OpaqueId, (self.binary,)


def test_placement_groups_are_equal_if_their_ids_are() -> None:
    one, same, other = (PlacementGroup(OpaqueId(binary), [{"CPU": 1.0}]) for binary in (b"1", b"1", b"2"))
    assert one == same and hash(one) == hash(same)
    assert one != other and one != "1"
    assert one.bundle_count == 1
