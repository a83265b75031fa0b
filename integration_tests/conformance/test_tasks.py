"""Remote functions: arguments, results, options."""

from __future__ import annotations

import pytest

from conformance.api import exceptions, ray


@ray.remote
def add(a: int, b: int = 10, *rest: int, scale: int = 1, **more: int) -> int:
    """Add everything up."""
    return (a + b + sum(rest) + sum(more.values())) * scale


@pytest.mark.parametrize(
    ("args", "kwargs", "expected"),
    [
        ((1,), {}, 11),
        ((1, 2), {}, 3),
        ((1, 2, 3, 4), {}, 10),
        ((1,), {"b": 5}, 6),
        ((), {"a": 1, "b": 1}, 2),
        ((1, 2), {"scale": 3}, 9),
        ((1, 2), {"x": 3, "y": 4}, 10),
        ((1, 2, 3), {"scale": 2, "z": 1}, 14),
    ],
)
def test_arguments_arrive_as_in_a_plain_call(args: tuple, kwargs: dict, expected: int) -> None:
    assert ray.get(add.remote(*args, **kwargs)) == expected


def test_references_as_arguments_are_resolved() -> None:
    one, two = ray.put(1), add.remote(1, 1)
    assert ray.get(add.remote(one, b=two, x=one)) == 4


def test_wrong_arguments_are_refused_where_the_call_is_made() -> None:
    with pytest.raises(TypeError):
        add.remote()
    with pytest.raises(TypeError):
        ray.remote(lambda x: x).remote(1, 2)


def test_a_task_without_return_gives_none() -> None:
    @ray.remote
    def nothing() -> None:
        pass

    assert ray.get(nothing.remote()) is None


def test_many_tasks() -> None:
    assert ray.get([add.remote(i, i) for i in range(100)]) == [2 * i for i in range(100)]


def test_remote_as_a_function() -> None:
    assert ray.get(ray.remote(lambda x: x * 2).remote(21)) == 42


def test_remote_with_options() -> None:
    @ray.remote(num_cpus=0.5, max_retries=0)
    def half() -> str:
        return "half"

    assert ray.get(half.remote()) == "half"


def test_several_returns() -> None:
    @ray.remote(num_returns=3)
    def three() -> tuple[int, str, list]:
        return 1, "two", [3]

    a, b, c = three.remote()
    assert ray.get([c, b, a]) == [[3], "two", 1]


def test_no_returns() -> None:
    @ray.remote(num_returns=0)
    def none() -> None:
        return None

    assert none.remote() is None


def test_one_return_of_a_tuple_stays_a_tuple() -> None:
    @ray.remote
    def pair() -> tuple[int, int]:
        return 1, 2

    assert ray.get(pair.remote()) == (1, 2)


def test_options_override_the_number_of_returns() -> None:
    @ray.remote
    def pair() -> tuple[int, int]:
        return 1, 2

    first, second = pair.options(num_returns=2).remote()
    assert ray.get([first, second]) == [1, 2]
    assert ray.get(pair.remote()) == (1, 2)


def test_wrong_number_of_returns() -> None:
    @ray.remote(num_returns=3)
    def two() -> tuple[int, int]:
        return 1, 2

    with pytest.raises(ValueError, match="3"):
        ray.get(two.remote())


@pytest.mark.filterwarnings("ignore:num_returns='dynamic'")
def test_dynamic_returns() -> None:
    @ray.remote
    def squares(n: int):
        for i in range(n):
            yield i * i

    generator = ray.get(squares.options(num_returns="dynamic").remote(4))
    assert [ray.get(ref) for ref in generator] == [0, 1, 4, 9]


def test_a_generator_with_a_fixed_number_of_returns() -> None:
    @ray.remote(num_returns=3)
    def count():
        yield from range(3)

    assert ray.get(list(count.remote())) == [0, 1, 2]


def test_nested_tasks() -> None:
    @ray.remote
    def outer(n: int) -> int:
        return sum(ray.get([add.remote(i, 0) for i in range(n)]))

    assert ray.get(outer.remote(5)) == 10


def test_a_reference_returned_from_a_task() -> None:
    @ray.remote
    def outer():
        return add.remote(1, 1)

    inner = ray.get(outer.remote())
    assert isinstance(inner, ray.ObjectRef)
    assert ray.get(inner) == 2


def test_a_chain_of_tasks() -> None:
    ref = add.remote(0, 0)
    for _ in range(20):
        ref = add.remote(ref, 1)
    assert ray.get(ref) == 20


def test_a_tree_of_tasks() -> None:
    level = [ray.put(i) for i in range(8)]
    while len(level) > 1:
        level = [add.remote(a, b) for a, b in zip(level[::2], level[1::2], strict=True)]
    assert ray.get(level[0]) == 28


def test_options_of_a_task_do_not_change_it() -> None:
    named = add.options(name="other", num_cpus=0.1)
    assert ray.get(named.remote(1)) == 11
    assert ray.get(add.remote(1)) == 11


def test_retry_of_exceptions(tmp_path) -> None:
    @ray.remote(max_retries=3, retry_exceptions=True)
    def flaky(path: str) -> int:
        with open(path, "a") as file:
            file.write("x")
        with open(path) as file:
            tries = len(file.read())
        if tries < 3:
            raise RuntimeError("again")
        return tries

    assert ray.get(flaky.remote(str(tmp_path / "tries"))) == 3


def test_retry_of_named_exceptions_only(tmp_path) -> None:
    @ray.remote(max_retries=3, retry_exceptions=[KeyError])
    def flaky(path: str) -> None:
        with open(path, "a") as file:
            file.write("x")
        raise ValueError("final")

    path = tmp_path / "tries"
    with pytest.raises(ValueError, match="final"):
        ray.get(flaky.remote(str(path)))
    assert path.read_text() == "x"


def test_a_task_that_kills_its_worker() -> None:
    @ray.remote(max_retries=0)
    def die() -> None:
        import os

        os._exit(1)

    with pytest.raises(exceptions.WorkerCrashedError):
        ray.get(die.remote())


def test_runtime_env_of_a_task() -> None:
    @ray.remote(runtime_env={"env_vars": {"CONFORMANCE_COLOUR": "green"}})
    def colour() -> str | None:
        import os

        return os.environ.get("CONFORMANCE_COLOUR")

    assert ray.get(colour.remote()) == "green"


def test_custom_resources() -> None:
    @ray.remote(resources={"rig": 1})
    def where() -> dict:
        return ray.get_runtime_context().get_assigned_resources()

    assert ray.get(where.remote())["rig"] == 1


def test_tasks_see_arguments_by_value() -> None:
    @ray.remote
    def change(values: list) -> list:
        values.append(4)
        return values

    mine = [1, 2, 3]
    assert ray.get(change.remote(mine)) == [1, 2, 3, 4]
    assert mine == [1, 2, 3]
