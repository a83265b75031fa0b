"""Actors: state, methods, handles."""

from __future__ import annotations

import pytest

from conformance.api import exceptions, ray
from conformance.marks import since_ray


@ray.remote
class Counter:
    """Counts."""

    limit = 100

    def __init__(self, start: int = 0, *, step: int = 1) -> None:
        self.n = start
        self.step = step

    def increment(self, by: int | None = None) -> int:
        """Go on by a step."""
        self.n += self.step if by is None else by
        return self.n

    def value(self) -> int:
        return self.n

    def reset(self) -> None:
        self.n, self.step = 0, 1

    def add(self, *values: int, twice: bool = False, **named: int) -> int:
        self.n += (sum(values) + sum(named.values())) * (2 if twice else 1)
        return self.n

    def fail(self) -> None:
        raise ValueError("in the actor")

    def itself(self):
        return ray.get_runtime_context().current_actor

    @ray.method(num_returns=2)
    def pair(self) -> tuple[int, str]:
        return self.n, "two"

    @classmethod
    def of_the_class(cls) -> int:
        return cls.limit

    @staticmethod
    def static(x: int) -> int:
        return x * 2

    @property
    def doubled(self) -> int:
        return self.n * 2


@pytest.fixture(scope="module")
def shared(session: None):
    """One actor for many tests: each costs a process."""
    return Counter.remote()


@pytest.fixture
def counter(shared):
    """The shared actor, at zero."""
    shared.reset.remote()
    return shared


@ray.remote
def bump(counter, times: int) -> int:
    for _ in range(times):
        last = ray.get(counter.increment.remote())
    return last


def test_state(counter) -> None:
    assert ray.get([counter.increment.remote() for _ in range(5)]) == [1, 2, 3, 4, 5]


def test_constructor_arguments() -> None:
    assert ray.get(Counter.remote(10).increment.remote()) == 11
    assert ray.get(Counter.remote(10, step=5).increment.remote()) == 15
    assert ray.get(Counter.remote(start=1, step=2).value.remote()) == 1


def test_constructor_argument_by_reference() -> None:
    assert ray.get(Counter.remote(ray.put(7)).value.remote()) == 7


def test_method_arguments(counter) -> None:
    assert ray.get(counter.add.remote(1, 2, twice=True, x=3)) == 12
    assert ray.get(counter.increment.remote(by=5)) == 17
    assert ray.get(counter.increment.remote(ray.put(3))) == 20


def test_wrong_arguments_are_refused_where_the_call_is_made(counter) -> None:
    with pytest.raises(TypeError):
        Counter.remote(1, 2, 3)
    with pytest.raises(TypeError):
        counter.increment.remote(1, 2, 3)
    with pytest.raises(TypeError):
        counter.increment.remote(nonsense=1)


def test_calls_keep_their_order(counter) -> None:
    refs = [counter.increment.remote() for _ in range(200)]
    assert ray.get(refs) == list(range(1, 201))


def test_two_actors_do_not_share_state(counter) -> None:
    other = Counter.remote()
    ray.get([counter.increment.remote() for _ in range(3)])
    assert ray.get([counter.value.remote(), other.value.remote()]) == [3, 0]


def test_an_exception_leaves_the_actor_alive(counter) -> None:
    with pytest.raises(ValueError, match="in the actor"):
        ray.get(counter.fail.remote())
    assert ray.get(counter.increment.remote()) == 1


def test_several_returns(counter) -> None:
    number, text = counter.pair.remote()
    assert ray.get([number, text]) == [0, "two"]


def test_method_options(counter) -> None:
    assert ray.get(counter.pair.options(num_returns=1).remote()) == (0, "two")


def test_class_and_static_methods(counter) -> None:
    assert ray.get(counter.of_the_class.remote()) == 100
    assert ray.get(counter.static.remote(4)) == 8


def test_an_unknown_method(counter) -> None:
    with pytest.raises(AttributeError):
        counter.no_such_method.remote()
    assert not hasattr(counter, "no_such_method")


def test_calling_a_method_directly(counter) -> None:
    with pytest.raises(TypeError, match="remote"):
        counter.value()


def test_a_handle_as_an_argument(counter) -> None:
    assert ray.get(bump.remote(counter, 3)) == 3
    assert ray.get(counter.value.remote()) == 3


def test_a_handle_in_containers(counter) -> None:
    @ray.remote
    def use(box: dict) -> int:
        return ray.get(box["deep"][0][0].increment.remote())

    assert ray.get(use.remote({"deep": [(counter,)]})) == 1


def test_a_handle_through_put(counter) -> None:
    back = ray.get(ray.put([counter]))[0]
    ray.get(back.increment.remote())
    assert ray.get(counter.value.remote()) == 1


def test_a_handle_returned_from_a_task() -> None:
    @ray.remote
    def make():
        return Counter.remote(20)

    counter = ray.get(make.remote())
    assert ray.get(counter.increment.remote()) == 21


def test_an_actor_that_holds_handles_of_others() -> None:
    @ray.remote
    class Holder:
        def __init__(self, counters: list) -> None:
            self.counters = counters

        def all(self) -> list[int]:
            return ray.get([counter.increment.remote() for counter in self.counters])

        def give(self, index: int):
            return self.counters[index]

    counters = [Counter.remote(10 * i) for i in range(3)]
    holder = Holder.remote(counters)
    assert ray.get(holder.all.remote()) == [1, 11, 21]
    assert ray.get(ray.get(holder.give.remote(2)).value.remote()) == 21


def test_an_actor_that_creates_actors() -> None:
    @ray.remote
    class Parent:
        def __init__(self) -> None:
            self.child = Counter.remote(1)

        def ask(self) -> int:
            return ray.get(self.child.increment.remote())

    parent = Parent.remote()
    assert ray.get([parent.ask.remote(), parent.ask.remote()]) == [2, 3]


def test_an_actor_that_returns_itself(counter) -> None:
    same = ray.get(counter.itself.remote())
    ray.get(same.increment.remote())
    assert ray.get(counter.value.remote()) == 1


def test_inheritance() -> None:
    class Base:
        def hello(self) -> str:
            return f"hello {self.name()}"

        def name(self) -> str:
            return "base"

    @ray.remote
    class Derived(Base):
        def name(self) -> str:
            return "derived"

    assert ray.get(Derived.remote().hello.remote()) == "hello derived"


def test_a_class_without_constructor() -> None:
    @ray.remote
    class Plain:
        def one(self) -> int:
            return 1

    assert ray.get(Plain.remote().one.remote()) == 1


def test_remote_as_a_function_on_a_class() -> None:
    class Plain:
        def __init__(self, x: int) -> None:
            self.x = x

        def get(self) -> int:
            return self.x

    assert ray.get(ray.remote(Plain).remote(2).get.remote()) == 2
    assert ray.get(ray.remote(num_cpus=0)(Plain).remote(3).get.remote()) == 3


def test_options_of_a_class() -> None:
    counter = Counter.options(num_cpus=0, resources={"rig": 0.5}).remote(5)
    assert ray.get(counter.value.remote()) == 5


def test_an_instance_cannot_be_made_directly() -> None:
    with pytest.raises(TypeError, match="remote"):
        Counter()


def test_a_method_call_with_a_pending_reference(counter) -> None:
    assert ray.get(counter.increment.remote(bump.remote(counter, 1))) == 2


def test_handles_compare_and_hash(counter) -> None:
    [same] = ray.get(ray.put([counter]))
    assert same == counter
    assert hash(same) == hash(counter)
    assert counter != 1


def test_representation_names_the_class(counter) -> None:
    assert "Counter" in repr(counter)


def test_isinstance_of_a_handle(counter) -> None:
    assert isinstance(counter, ray.actor.ActorHandle)
    assert isinstance(Counter, ray.actor.ActorClass)


def test_error_in_the_constructor() -> None:
    @ray.remote
    class Broken:
        def __init__(self) -> None:
            raise ValueError("never built")

        def method(self) -> int:
            return 1

    broken = Broken.remote()
    with pytest.raises(exceptions.RayActorError, match="never built"):
        ray.get(broken.method.remote())


def test_an_error_in_a_constructor_argument() -> None:
    @ray.remote
    def fail() -> int:
        raise KeyError("argument")

    counter = Counter.remote(fail.remote())
    with pytest.raises(exceptions.RayError):
        ray.get(counter.value.remote())


def test_callable_attributes_and_dunder_call() -> None:
    @ray.remote
    class Callable:
        def __call__(self, x: int) -> int:
            return x + 1

    assert ray.get(Callable.remote().__call__.remote(1)) == 2


def test_ray_method_through_handles_that_travelled(counter) -> None:
    @ray.remote
    def pair_of(counter) -> list:
        return ray.get(list(counter.pair.remote()))

    assert ray.get(pair_of.remote(counter)) == [0, "two"]


@since_ray("2.55.1", "`ray.method` without options", client_has_it=True)
def test_ray_method_without_options() -> None:
    @ray.remote
    class Plain:
        @ray.method
        def bare(self) -> str:
            return "bare"

        @ray.method()
        def called(self) -> str:
            return "called"

    plain = Plain.remote()
    assert ray.get([plain.bare.remote(), plain.called.remote()]) == ["bare", "called"]
