"""Modules of the user's own are one thing on a worker: their functions and whoever uses them see the same globals."""

from __future__ import annotations

from conformance import counted
from conformance.api import ray


def test_a_counter_that_a_function_binds_anew() -> None:
    @ray.remote
    def use() -> tuple[int, ...]:
        before = counted.count
        counted.bump()
        after = counted.count
        return after - before, counted.Counter().bump() - before, counted.count - before

    assert ray.get(use.remote()) == (1, 11, 11)
    assert counted.count == 0


def test_a_flag_that_a_task_sets() -> None:
    @ray.remote
    def use() -> tuple[bool, ...]:
        before = counted.flag()
        counted.FLAG = True
        seen = counted.flag(), counted.FLAG
        counted.FLAG = False
        return before, *seen, counted.flag()

    assert ray.get(use.remote()) == (False, True, True, False)


def test_a_global_that_a_function_makes() -> None:
    @ray.remote
    def use() -> tuple[object, ...]:
        counted.create([1])
        made = counted.created
        del counted.created
        return made, hasattr(counted, "created"), counted.lazy_name

    assert ray.get(use.remote()) == ([1], False, "LAZY_NAME")


def test_a_global_that_a_function_deletes() -> None:
    @ray.remote
    def use() -> tuple[object, ...]:
        before = counted.gone
        counted.drop()
        left = hasattr(counted, "gone"), "gone" in vars(counted)
        try:
            counted.drop()
        except NameError as exc:
            left = (*left, str(exc))
        counted.gone = 1  # for the tasks that have this process next
        return before, *left

    assert ray.get(use.remote()) == (1, False, False, "name 'gone' is not defined")


def test_an_attribute_that_is_not_there() -> None:
    @ray.remote
    def use() -> str:
        try:
            return counted.nothing
        except AttributeError as exc:
            return str(exc)

    assert ray.get(use.remote()) == "there is no nothing"


def test_an_actor_keeps_state_in_a_module() -> None:
    @ray.remote
    class Actor:
        def __init__(self) -> None:
            counted.count = 100

        def bump(self) -> int:
            counted.bump()
            return counted.count

        def set(self, value: int) -> None:
            counted.count = value
            counted.FLAG = value > 0

        def seen(self) -> tuple[int, bool]:
            counter = counted.Counter()
            return counter.bump(), counted.flag()

    actor = Actor.remote()
    assert ray.get([actor.bump.remote() for _ in range(3)]) == [101, 102, 103]
    ray.get(actor.set.remote(7))
    assert ray.get(actor.seen.remote()) == (17, True)
    assert ray.get(actor.bump.remote()) == 18


def test_a_task_of_a_task() -> None:
    @ray.remote
    def inner() -> tuple[int, int]:
        before = counted.count
        counted.bump(5)
        return counted.count - before, counted.Counter().bump() - before

    @ray.remote
    def outer() -> tuple[int, int]:
        counted.bump(1)
        return ray.get(inner.remote())

    assert ray.get(outer.remote()) == (5, 15)


def test_the_dict_of_a_module() -> None:
    @ray.remote
    def use() -> tuple[object, ...]:
        counted.bump()
        vars(counted)["FLAG"] = True
        seen = counted.flag(), vars(counted)["count"] == counted.count, "count" in dir(counted)
        counted.FLAG = False
        return seen

    assert ray.get(use.remote()) == (True, True, True)
