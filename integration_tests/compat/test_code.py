"""Functions and classes by value: byte code between equal minor versions of Python, source between others."""

from __future__ import annotations

import abc
import contextlib
import dataclasses
import enum
import functools
import math
from collections.abc import Callable, Iterator
from typing import Any, Generic, NamedTuple, TypeVar

import ray_client as ray

FACTOR = 7
T = TypeVar("T")


def plain(x: int) -> int:
    return x * FACTOR


def traced(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function.__name__, function(*args, **kwargs)

    return wrapper


@traced
def decorated(x: int, *, twice: bool = False) -> int:
    """Say something."""
    return x * 2 if twice else x


@ray.remote
def is_even(n: int) -> bool:
    return True if n == 0 else ray.get(is_odd.remote(n - 1))


@ray.remote
def is_odd(n: int) -> bool:
    return False if n == 0 else ray.get(is_even.remote(n - 1))


class Shape(abc.ABC):
    def __init__(self, name: str) -> None:
        self.__name = name

    @abc.abstractmethod
    def area(self) -> float: ...

    @property
    def name(self) -> str:
        return self.__name

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name}, {self.area():.1f})"


class Circle(Shape):
    count = 0

    def __init__(self, radius: float) -> None:
        super().__init__("circle")
        self.radius = radius

    def area(self) -> float:
        return math.pi * self.radius**2

    @classmethod
    def unit(cls) -> Circle:
        return cls(1)

    @staticmethod
    def corners() -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Circle) and self.radius == other.radius

    __hash__ = None


@dataclasses.dataclass(order=True)
class Version:
    major: int
    minor: int = 0
    notes: list[str] = dataclasses.field(default_factory=list, compare=False)

    def bump(self) -> Version:
        return dataclasses.replace(self, minor=self.minor + 1)


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2

    @property
    def is_high(self) -> bool:
        return self is Level.HIGH


class Entry(NamedTuple):
    key: str
    value: int = 0

    def doubled(self) -> Entry:
        return self._replace(value=self.value * 2)


class Stack(Generic[T]):
    def __init__(self) -> None:
        self.items: list[T] = []

    def push(self, item: T) -> Stack[T]:
        self.items.append(item)
        return self


def there(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What the function gives on the cluster."""
    return ray.get(ray.remote(function).remote(*args, **kwargs))


def test_globals_and_module_functions() -> None:
    assert there(lambda x: plain(x) + math.floor(1.5), 2) == 15


def test_lambdas_and_closures() -> None:
    def multiplier(k: int) -> Callable[[int], int]:
        return lambda x: k * x

    assert [there(multiplier(2), 5), there(multiplier(3), 5)] == [10, 15]


def test_decorated_functions() -> None:
    assert there(decorated, 2, twice=True) == ("decorated", 4)
    assert there(lambda: decorated.__doc__) == "Say something."


def test_kinds_of_arguments() -> None:
    def f(a: int, b: int = 2, /, c: int = FACTOR, *rest: int, d: int, e: str = "e", **more: int) -> tuple:
        return a, b, c, rest, d, e, more

    assert there(f, 1, d=4) == (1, 2, 7, (), 4, "e", {})
    assert there(f, 1, 2, 3, 4, d=5, e="x", g=6) == (1, 2, 3, (4,), 5, "x", {"g": 6})


def test_recursion() -> None:
    def fibonacci(n: int) -> int:
        return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

    assert there(fibonacci, 10) == 55


def test_tasks_that_call_each_other() -> None:
    assert ray.get([is_even.remote(2), is_even.remote(3)]) == [True, False]


def test_partial_functions_and_bound_methods() -> None:
    def call(function: Callable[..., Any], *args: Any) -> Any:
        return function(*args)

    assert there(call, functools.partial(plain, 3)) == 21
    assert there(call, Circle(2).area) == math.pi * 4


def test_generators_coroutines_and_context_managers() -> None:
    @contextlib.contextmanager
    def opened(log: list[str]) -> Iterator[str]:
        log.append("open")
        yield "inside"
        log.append("closed")

    async def later(x: int) -> int:
        return x

    def use() -> tuple:
        import asyncio

        log: list[str] = []
        with opened(log) as where:
            log.append(where)
        return log, asyncio.run(later(4)), sum(y * y for y in range(3))

    assert there(use) == (["open", "inside", "closed"], 4, 5)


def test_classes_with_their_methods() -> None:
    def use() -> list:
        return [repr(Circle.unit()), Circle.corners(), isinstance(Circle(1), Shape), Circle(2) == Circle(2)]

    assert there(use) == ["Circle(circle, 3.1)", 0, True, True]


def test_dataclasses() -> None:
    bumped = there(lambda version: version.bump(), Version(1, 2, ["note"]))
    assert bumped == Version(1, 3) and type(bumped) is Version
    assert there(lambda: sorted([Version(2), Version(1)])[0].major) == 1


def test_enums_and_named_tuples() -> None:
    assert there(lambda level: level.is_high, Level.HIGH) is True
    assert there(lambda: Level(1)) is Level.LOW
    assert there(lambda entry: entry.doubled(), Entry("a", 2)) == Entry("a", 4)


def test_generic_classes() -> None:
    assert there(lambda: Stack[int]().push(1).push(2).items) == [1, 2]


def test_a_class_made_in_a_function() -> None:
    class Local:
        def __init__(self, n: int) -> None:
            self.n = n

        def doubled(self) -> Local:
            return Local(self.n * 2)

    back = there(lambda local: local.doubled(), Local(4))
    assert isinstance(back, Local)
    assert back.n == 8


def test_a_function_that_comes_back() -> None:
    def adder(n: int) -> Callable[[int], int]:
        def add(x: int) -> int:
            return x + n

        return add

    assert there(adder, 3)(4) == 7


def test_a_class_that_comes_back() -> None:
    def make() -> type:
        class Made:
            """Made on the cluster."""

            def __init__(self, n: int) -> None:
                self.n = n

            def doubled(self) -> int:
                return self.n * 2

        return Made

    made = there(make)
    assert made(4).doubled() == 8
    assert made.__doc__ == "Made on the cluster."


def test_an_actor_of_a_class_with_bases() -> None:
    @ray.remote(num_cpus=0)
    class Remote(Circle):
        def area(self) -> float:
            return round(super().area(), 2)

    assert ray.get(Remote.remote(1).area.remote()) == 3.14


def test_a_closure_over_a_reference() -> None:
    ref = ray.put(5)
    assert there(lambda: ray.get(ref) + 1) == 6
