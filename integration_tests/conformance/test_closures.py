"""What functions may refer to: closures, each other, themselves, modules beside the script."""

from __future__ import annotations

import functools
import math
import threading

import pytest

from conformance import neighbour
from conformance.api import ray
from conformance.marks import since_ray

FACTOR = 7


def plain(x: int) -> int:
    return x * FACTOR


@ray.remote
def is_even(n: int) -> bool:
    return True if n == 0 else ray.get(is_odd.remote(n - 1))


@ray.remote
def is_odd(n: int) -> bool:
    return False if n == 0 else ray.get(is_even.remote(n - 1))


@ray.remote
def factorial(n: int) -> int:
    return 1 if n <= 1 else n * ray.get(factorial.remote(n - 1))


def test_globals_and_module_functions() -> None:
    @ray.remote
    def use(x: int) -> float:
        return plain(x) + math.floor(1.5)

    assert ray.get(use.remote(2)) == 15


def test_a_closure_over_a_value() -> None:
    def multiplier(k: int):
        @ray.remote
        def multiply(x: int) -> int:
            return k * x

        return multiply

    double, triple = multiplier(2), multiplier(3)
    assert ray.get([double.remote(5), triple.remote(5)]) == [10, 15]


def test_a_function_that_builds_and_returns_a_function() -> None:
    def g(n: int):
        def h(x: int) -> int:
            return x + n

        return h

    @ray.remote
    def f(n: int):
        return g(n)

    assert ray.get(f.remote(3))(4) == 7


def test_a_closure_of_a_closure_of_a_closure() -> None:
    def a(x: int):
        def b(y: int):
            def c(z: int) -> tuple[int, int, int]:
                return x, y, z

            return c

        return b

    @ray.remote
    def build():
        return a(1)

    assert ray.get(build.remote())(2)(3) == (1, 2, 3)


def test_recursion() -> None:
    assert ray.get(factorial.remote(5)) == 120


def test_mutual_recursion() -> None:
    assert ray.get(is_even.remote(4)) is True
    assert ray.get(is_even.remote(3)) is False


def test_local_recursion_without_tasks() -> None:
    @ray.remote
    def outer(n: int) -> int:
        def fib(k: int) -> int:
            return k if k < 2 else fib(k - 1) + fib(k - 2)

        return fib(n)

    assert ray.get(outer.remote(10)) == 55


def test_a_remote_function_in_a_closure() -> None:
    @ray.remote
    def inner(x: int) -> int:
        return x + 1

    @ray.remote
    def outer(x: int) -> int:
        return ray.get(inner.remote(x)) * 2

    assert ray.get(outer.remote(4)) == 10


def test_a_remote_function_as_an_argument() -> None:
    @ray.remote
    def inner(x: int) -> int:
        return x + 1

    @ray.remote
    def apply(function, x: int) -> int:
        return ray.get(function.remote(x))

    assert ray.get(apply.remote(inner, 1)) == 2


def test_a_remote_function_returned_from_a_task_and_called() -> None:
    @ray.remote
    def build(n: int):
        @ray.remote
        def built(x: int) -> int:
            return x + n

        return built

    built = ray.get(build.remote(5))
    assert ray.get(built.remote(1)) == 6


def test_a_remote_function_with_options_in_a_container() -> None:
    @ray.remote(num_returns=2)
    def pair() -> tuple[int, int]:
        return 1, 2

    @ray.remote
    def use(box: dict) -> list[int]:
        return ray.get(list(box["f"].remote()))

    assert ray.get(use.remote({"f": pair})) == [1, 2]


@since_ray("2.49.2", "a call on an actor whose handle nobody keeps")
def test_an_actor_class_as_an_argument() -> None:
    @ray.remote
    class Box:
        def __init__(self, value: int) -> None:
            self.value = value

        def get(self) -> int:
            return self.value

    @ray.remote
    def use(cls) -> int:
        return ray.get(cls.remote(9).get.remote())

    assert ray.get(use.remote(Box)) == 9


def test_a_partial_as_an_argument() -> None:
    @ray.remote
    def call(function) -> int:
        return function(3)

    assert ray.get(call.remote(functools.partial(pow, 2))) == 8


def test_functions_in_a_module_beside_the_script() -> None:
    @ray.remote
    def use(x: int) -> int:
        return neighbour.twice(x) + neighbour.OFFSET

    assert ray.get(use.remote(4)) == 108


def test_a_remote_function_in_a_module_beside_the_script() -> None:
    assert ray.get(neighbour.remote_twice.remote(4)) == 8


def test_a_class_in_a_module_beside_the_script() -> None:
    @ray.remote
    def make(x: int):
        return neighbour.Point(x, 2 * x)

    point = ray.get(make.remote(3))
    assert isinstance(point, neighbour.Point)
    assert point.total() == 9


def test_the_captured_value_is_that_of_the_first_call() -> None:
    box = [1]

    @ray.remote
    def read() -> list[int]:
        return box

    assert ray.get(read.remote()) == [1]
    box.append(2)
    assert ray.get(read.remote()) == [1]


def test_a_reference_in_a_closure() -> None:
    ref = ray.put("kept")

    @ray.remote
    def read() -> str:
        return ray.get(ref)

    assert ray.get(read.remote()) == "kept"


def test_an_actor_handle_in_a_closure() -> None:
    @ray.remote
    class Counter:
        def __init__(self) -> None:
            self.n = 0

        def increment(self) -> int:
            self.n += 1
            return self.n

    counter = Counter.remote()

    @ray.remote
    def bump() -> int:
        return ray.get(counter.increment.remote())

    assert sorted(ray.get([bump.remote() for _ in range(3)])) == [1, 2, 3]


def test_keyword_only_defaults_and_annotations_survive() -> None:
    def build():
        def inner(*, size: int = 3) -> int:
            """Give the size."""
            return size

        return inner

    @ray.remote
    def make():
        return build()

    inner = ray.get(make.remote())
    assert (inner(), inner(size=4), inner.__doc__, inner.__name__) == (3, 4, "Give the size.", "inner")


@pytest.mark.parametrize("function", [len, max, str.upper, math.sqrt], ids=lambda function: function.__name__)
def test_builtins_as_values(function) -> None:
    assert ray.get(ray.put(function)) is function


def test_a_generator_function_as_a_value() -> None:
    def count(n: int):
        yield from range(n)

    assert list(ray.get(ray.put(count))(3)) == [0, 1, 2]


def test_a_module_with_what_belongs_to_a_process() -> None:
    @ray.remote
    def use(x: int) -> tuple[object, ...]:
        return neighbour.cached_twice(x), neighbour.kind_of(x), neighbour.Shared().value, neighbour.shared.value

    assert ray.get(use.remote(2)) == (4, "int", 5, 5)


class Config:
    def __init__(self) -> None:
        self.name, self.guard = "c", threading.Lock()


def test_what_cannot_be_sent_is_named() -> None:
    config = Config()

    @ray.remote
    def closing() -> str:
        return config.name

    @ray.remote
    class Actor:
        def read(self) -> str:
            return config.name

    for call in (closing.remote, Actor.remote):
        with pytest.raises(TypeError, match="config"):
            call()
