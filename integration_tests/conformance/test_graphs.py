"""Graphs of tasks and actors: `.bind()` and `.execute()`."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.api import ray
from conformance.marks import since_ray

if ray.__name__ == "ray":
    from ray.dag import InputNode, MultiOutputNode
else:
    from ray_client.dag import InputNode, MultiOutputNode

pytestmark = pytest.mark.filterwarnings("ignore:DAGNode.execute:DeprecationWarning")


@ray.remote
def one() -> int:
    return 1


@ray.remote
def add(x: int, y: int = 10) -> int:
    return x + y


@ray.remote
def total(refs: list[Any]) -> int:
    return sum(ray.get(refs))


class _Counter:
    def __init__(self, start: int = 0) -> None:
        self.value = start

    def inc(self, by: int = 1) -> int:
        self.value += by
        return self.value

    def get(self) -> int:
        return self.value

    @ray.method(num_returns=2)
    def both(self) -> tuple[int, int]:
        return self.value, -self.value


Counter = ray.remote(_Counter)


def test_a_bound_task_runs_when_executed() -> None:
    assert ray.get(one.bind().execute()) == 1


@since_ray("2.60.0", "a warning that executing a graph is deprecated", client_has_it=True)
def test_executing_is_deprecated() -> None:
    with pytest.warns(ray.util.annotations.RayDeprecationWarning, match="deprecated"):
        one.bind().execute()


def test_a_node_gives_a_reference() -> None:
    assert isinstance(one.bind().execute(), ray.ObjectRef)


def test_arguments_and_keywords_are_bound() -> None:
    assert ray.get(add.bind(1, y=2).execute()) == 3


def test_nodes_are_arguments_of_nodes() -> None:
    assert ray.get(add.bind(add.bind(1, 2), one.bind()).execute()) == 4


def test_a_graph_can_be_executed_again() -> None:
    graph = add.bind(one.bind(), 1)
    assert [ray.get(graph.execute()) for _ in range(3)] == [2, 2, 2]


def test_a_node_that_is_used_twice_runs_once() -> None:
    @ray.remote
    def draw() -> float:
        import random

        return random.random()

    drawn = draw.bind()

    @ray.remote
    def is_same(a: float, b: float) -> bool:
        return a == b

    assert ray.get(is_same.bind(drawn, drawn).execute())


def test_nodes_inside_a_list_stay_references() -> None:
    assert ray.get(total.bind([one.bind(), one.bind()]).execute()) == 2


def test_nodes_inside_a_dictionary() -> None:
    @ray.remote
    def read(boxed: dict[str, Any]) -> int:
        return ray.get(boxed["x"])

    assert ray.get(read.bind({"x": one.bind()}).execute()) == 1


def test_options_of_a_bound_task() -> None:
    @ray.remote
    def cpus() -> float:
        return ray.get_runtime_context().get_assigned_resources().get("CPU", 0)

    node = cpus.options(num_cpus=0.5).bind()
    assert ray.get(node.execute()) == 0.5
    assert node.get_options()["num_cpus"] == 0.5


def test_what_is_bound_can_be_read() -> None:
    node = add.bind(1, y=2)
    assert list(node.get_args()) == [1]
    assert node.get_kwargs() == {"y": 2}


def test_the_input_is_what_execute_is_given() -> None:
    with InputNode() as given:
        graph = add.bind(given, 1)
    assert ray.get(graph.execute(1)) == 2
    assert ray.get(graph.execute(5)) == 6


def test_parts_of_the_input_by_place_and_by_name() -> None:
    with InputNode() as given:
        graph = add.bind(given[0], given.y)
    assert ray.get(graph.execute(1, y=2)) == 3


def test_parts_of_one_input() -> None:
    with InputNode() as given:
        graph = add.bind(given["x"], given["y"])
    assert ray.get(graph.execute({"x": 1, "y": 2})) == 3
    with InputNode() as given:
        graph = add.bind(given[0], given[1])
    assert ray.get(graph.execute([3, 4])) == 7


def test_an_attribute_of_one_input() -> None:
    class Point:
        x, y = 2, 3

    with InputNode() as given:
        graph = add.bind(given.x, given.y)
    assert ray.get(graph.execute(Point())) == 5


def test_an_input_takes_no_arguments() -> None:
    with pytest.raises(ValueError, match="InputNode"):
        InputNode(1)


def test_an_input_outside_its_block_is_refused() -> None:
    graph = add.bind(InputNode(), 1)
    with pytest.raises(AssertionError, match="context manager"):
        graph.execute(1)


def test_several_results() -> None:
    with InputNode() as given:
        graph = MultiOutputNode([add.bind(given, 1), add.bind(given, 2)])
    assert ray.get(graph.execute(1)) == [2, 3]


def test_several_results_must_be_a_list() -> None:
    with pytest.raises(ValueError, match="Invalid input type"):
        MultiOutputNode(one.bind())


def test_an_actor_in_a_graph() -> None:
    counter = Counter.bind(5)
    assert ray.get(counter.inc.bind(2).execute()) == 7


def test_calls_of_an_actor_keep_the_order_of_binding() -> None:
    counter = Counter.bind()
    counter.inc.bind(1)
    counter.inc.bind(2)
    assert ray.get(counter.get.bind().execute()) == 3


def test_each_execution_has_its_own_actor() -> None:
    node = Counter.bind().inc.bind()
    assert [ray.get(node.execute()) for _ in range(2)] == [1, 1]


def test_an_actor_of_results_of_tasks() -> None:
    assert ray.get(Counter.bind(one.bind()).get.bind().execute()) == 1


def test_a_bound_class_gives_a_handle() -> None:
    actor = Counter.bind(3).execute()
    assert ray.get(actor.get.remote()) == 3


def test_the_input_is_no_argument_of_an_actor() -> None:
    with InputNode() as given, pytest.raises(ValueError, match="InputNode"):
        Counter.bind(given)


def test_the_input_of_a_method() -> None:
    counter = Counter.bind(10)
    with InputNode() as given:
        graph = counter.inc.bind(given)
    assert ray.get(graph.execute(5)) == 15


def test_a_living_actor_in_a_graph() -> None:
    actor = Counter.remote()
    node = actor.inc.bind(2)
    assert [ray.get(node.execute()) for _ in range(2)] == [2, 4]


def test_a_method_with_several_results() -> None:
    actor = Counter.remote(3)
    first, second = actor.both.bind()
    assert ray.get(MultiOutputNode([first, second]).execute()) == [3, -3]
    assert ray.get(second.execute()) == -3


def test_a_task_and_a_living_actor() -> None:
    actor = Counter.remote(1)
    with InputNode() as given:
        graph = add.bind(actor.inc.bind(given), 100)
    assert ray.get(graph.execute(4)) == 105


@pytest.mark.parametrize("name", ["bind", "remote"])
def test_a_node_is_no_function(name: str) -> None:
    with pytest.raises(AttributeError):
        getattr(one.bind(), name)


def test_a_method_that_is_not_there_is_refused() -> None:
    with pytest.raises(AttributeError):
        Counter.bind().no_such_method  # noqa: B018 - the access is the test


def test_a_bound_method_is_not_called_remotely() -> None:
    with pytest.raises(AttributeError, match="bind"):
        Counter.bind().inc.remote()


def test_an_error_in_a_graph_is_raised_at_its_end() -> None:
    @ray.remote
    def fail() -> int:
        raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        ray.get(add.bind(fail.bind(), 1).execute())


def test_a_graph_inside_a_task() -> None:
    @ray.remote
    def outer() -> int:
        return ray.get(add.bind(one.bind(), 1).execute())

    assert ray.get(outer.remote()) == 2
