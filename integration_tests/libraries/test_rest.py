"""Parts of Ray beside Data, Train, Tune and Serve, from an environment without ray."""

from __future__ import annotations

from typing import Any

import pytest
from ray_client.dag.compiled_dag_node import CompiledDAG

import ray_client as ray
from ray_client.dag import InputNode, MultiOutputNode

pytestmark = pytest.mark.usefixtures("context")


@ray.remote(num_cpus=0)
class Adder:
    def __init__(self, more: int) -> None:
        self.more = more

    def add(self, value: int) -> int:
        return value + self.more

    def fail(self, value: int) -> int:
        raise ValueError(f"no {value}")


def compiled(node: Any) -> Any:
    graph = node.experimental_compile()
    assert isinstance(graph, CompiledDAG)
    return graph


def test_a_graph_is_compiled_in_the_driver_and_executed_many_times() -> None:
    first, second = Adder.remote(1), Adder.remote(10)
    with InputNode() as given:
        node = second.add.bind(first.add.bind(given))
    with pytest.deprecated_call():
        assert ray.get(node.execute(1)) == 12  # by calls, from here
    graph = compiled(node)
    for value in range(5):
        assert ray.get(graph.execute(value)) == value + 11
    graph.teardown()


def test_a_graph_with_several_ends_and_parts_of_its_input() -> None:
    first, second = Adder.remote(1), Adder.remote(10)
    with InputNode() as given:
        node = MultiOutputNode([first.add.bind(given[0]), second.add.bind(given.more)])
    graph = compiled(node)
    assert ray.get(graph.execute(1, more=2)) == [2, 12]
    references = graph.execute(3, more=4)
    assert [ray.get(reference, timeout=30) for reference in references] == [4, 14]
    graph.teardown()


def test_an_error_in_a_compiled_graph_is_that_of_the_actor() -> None:
    adder = Adder.remote(1)
    with InputNode() as given:
        graph = compiled(adder.fail.bind(given))
    with pytest.raises(ValueError, match="no 3"):
        ray.get(graph.execute(3))
    graph.teardown()
