"""What is used and cannot travel is refused where it is sent, by its name; what has a way of its own travels."""

from __future__ import annotations

import fnmatch
import functools
import queue
import socket
import threading
import typing
from collections.abc import Callable, Iterator
from typing import Any

import cloudpickle
import elsewhere
import pytest

from ray_client.api.context import ClientContext
from ray_client.api.counterparts import counterparts
from ray_client.errors import PicklingError
from ray_client.pickling import pickler
from ray_client_proto.code.carrier import Carrier

TABLE = pickler.TokenTable({}, counterparts)
LOCK = "(TypeError: cannot pickle '_thread.lock' object)"


class Config:
    """Holds something that cannot travel."""

    def __init__(self) -> None:
        self.name, self.guard = "c", threading.Lock()

    def read(self) -> str:
        return self.name


config = Config()


@pytest.fixture
def connection() -> Iterator[socket.socket]:
    with socket.socket() as connection:
        yield connection


def refusal(value: Any) -> str:
    with pytest.raises(PicklingError) as caught:
        pickler.dump(value, TABLE)
    return str(caught.value)


def uses_global() -> str:
    return config.name


def calls_another() -> str:
    return uses_global()


def test_the_way_from_a_function() -> None:
    held = {"a": [config]}

    def closing() -> Any:
        return held

    def default(x: Any = config) -> Any:
        return x

    def keyword(*, x: Any = config) -> Any:
        return x

    def hinted() -> None: ...

    hinted.note = config  # type: ignore[attr-defined]
    name = "the function 'test_the_way_from_a_function.<locals>."
    for function, way in (
        (closing, "closure variable `held` -> item 'a' -> item 0 -> attribute `guard` is a lock"),
        (default, "default of `x` -> attribute `guard`"),
        (keyword, "default of `x` -> attribute `guard`"),
        (hinted, "attribute `note` -> attribute `guard`"),
    ):
        text = refusal(function)
        assert f"{name}{function.__name__}': {way}" in text and LOCK in text
    assert "the function 'uses_global': global `config` -> attribute `guard`" in refusal(uses_global)
    assert "'calls_another': global `uses_global` -> global `config` -> attribute `guard`" in refusal(calls_another)


def test_the_way_from_a_class_and_its_instances(connection: socket.socket) -> None:
    class Actor:
        wire = connection

        def run(self) -> Any:
            return connection

    class Free:
        def run(self) -> Any:
            return connection

    assert "Actor': attribute `wire` is a socket" in refusal(Actor)
    assert "attribute `run` -> closure variable `connection` is a socket" in refusal(Free)
    assert "Free: class `Free` -> attribute `run` -> closure variable `connection`" in refusal(Free())
    assert "instance -> attribute `guard`" in refusal(config.read)
    assert "function -> instance -> attribute `guard`" in refusal(functools.partial(config.read))


def test_the_way_from_a_value() -> None:
    assert "a value of type list: item 1 -> attribute `guard`" in refusal([1, config])
    assert "a value of type dict: item 'k' -> item 0 -> attribute `guard`" in refusal({"k": (config,)})
    assert "a value of type dict: key of type Config -> attribute `guard`" in refusal({config: 1})
    assert "a value of type lock: TypeError: cannot pickle" in refusal(threading.Lock())


def test_the_way_from_arguments() -> None:
    for args, kwargs, way in (
        ((1, [config]), {}, "argument 2 -> item 0 -> attribute `guard`"),
        ((), {"c": config}, "argument `c` -> attribute `guard`"),
    ):
        with pytest.raises(PicklingError) as caught:
            pickler.dump_arguments(args, kwargs, TABLE)
        assert f"cannot pickle the arguments of a call: {way} is a lock {LOCK}" in str(caught.value)


def test_the_way_to_a_function_without_source() -> None:
    namespace: dict[str, Any] = {}
    exec("def nowhere(): pass", namespace)
    nowhere = namespace["nowhere"]

    def use() -> Any:
        return nowhere

    with pytest.raises(PicklingError) as caught:
        pickler.dump(use, pickler.TokenTable({}, counterparts, Carrier((3, 99))))
    assert "the function 'nowhere' (<string>:1) (closure variable `nowhere` of the function '" in str(caught.value)


def test_a_session_is_named_and_not_its_insides() -> None:
    context = ClientContext.__new__(ClientContext)
    vars(context).update(inside=threading.Lock())

    def use() -> str:
        return context.namespace

    assert "closure variable `context` is a ClientContext (TypeError: a session belongs to the process" in refusal(use)


def test_what_is_a_part_of_itself_is_searched_once() -> None:
    loop: list[Any] = []
    loop += [loop, {"again": loop}, config]
    assert "item 2 -> attribute `guard`" in refusal(loop)


def test_an_error_of_the_users_own_getstate_is_shown() -> None:
    class Refuses:
        def __getstate__(self) -> Any:
            raise OSError("not this one")

    assert "item 0 is a" in refusal([Refuses()]) and "OSError: not this one" in refusal([Refuses()])


# What has a way of its own


@functools.lru_cache(maxsize=3)
def cached(x: int) -> int:
    return x * 2


@functools.singledispatch
def shown(x: object) -> str:
    return "any"


@shown.register
def _(x: int) -> str:
    return "int"


UserId = typing.NewType("UserId", int)


class WithCaches:
    """Methods of each kind behind a cache."""

    @functools.cache  # noqa: B019 - it is what is tried
    def method(self) -> int:
        return 1

    @functools.cached_property
    def once(self) -> int:
        return 2


def sent_on(value: Any) -> Any:
    """Give a value as a worker has it, which knows nothing of this package: after two more pickles."""
    stream = pickler.dump(value, TABLE).stream
    for _ in range(2):
        stream = cloudpickle.dumps(elsewhere.load(stream))
    return elsewhere.load(stream)


@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: [x], lambda x: {"k": (x,)}, lambda x: functools.partial(x)])
def test_a_cached_function_travels_with_an_empty_cache(wrap: Callable[[Any], Any]) -> None:
    cached(1)
    there = sent_on(wrap(cached))
    while not callable(there):
        there = next(iter(there.values())) if isinstance(there, dict) else there[0]
    assert there(4) == 8
    there = getattr(there, "func", there)
    assert there is not cached and there.cache_parameters() == {"maxsize": 3, "typed": False}
    assert there.cache_info().currsize == 1 and there.__wrapped__(5) == 10
    assert there.__name__ == "cached" and cached.cache_info().currsize == 1


def test_caches_in_closures_and_classes() -> None:
    @functools.cache
    def fibonacci(n: int) -> int:
        return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

    assert sent_on(lambda: fibonacci(50))() == 12586269025
    there = sent_on(WithCaches)()
    assert (there.method(), there.once) == (1, 2)


def test_a_cached_function_of_the_library_goes_by_its_name() -> None:
    library: Any = fnmatch
    assert type(library._compile_pattern) is type(cached)
    assert sent_on(library._compile_pattern) is library._compile_pattern


def test_dispatch_and_new_types() -> None:
    there, user_id = sent_on((shown, UserId))
    assert (there(1), there("s"), there.dispatch(bool)(True), user_id(3)) == ("int", "any", "int", 3)
    assert user_id.__supertype__ is int

    @there.register
    def _(x: str) -> str:
        return "str"

    assert there("s") == "str" and sent_on(there)("s") == "str"


class WithQueues:
    """What threads of one process share."""

    jobs, ranked, simple = queue.Queue[int](3), queue.PriorityQueue[int](), queue.SimpleQueue[int]()
    ready, gate, barrier = threading.Event(), threading.BoundedSemaphore(1), threading.Barrier(1)
    condition = threading.Condition()

    @functools.singledispatchmethod
    def show(self, x: object) -> str:
        return "any"

    @show.register
    def _(self, x: int) -> str:
        return "int"

    @functools.singledispatchmethod
    @classmethod
    def name(cls, x: object) -> str:
        return cls.__name__


def test_a_method_with_dispatch() -> None:
    there = sent_on(WithQueues)()
    assert (there.show(True), there.show("s"), there.name(1)) == ("int", "any", "WithQueues")


def test_queues_and_what_else_holds_a_lock_of_a_class() -> None:
    WithQueues.jobs.put(7)
    WithQueues.simple.put(7)
    there = sent_on(WithQueues)
    assert (there.jobs.get(), there.jobs.maxsize, there.ranked.put(1), there.ranked.get()) == (7, 3, None, 1)
    assert there.simple.empty() and isinstance(there.simple, queue.SimpleQueue)
    assert (there.ready.is_set(), there.gate.acquire(), there.gate.acquire(timeout=0)) == (False, True, False)
    assert there.barrier.wait() == 0
    with there.condition:
        there.condition.notify_all()
    assert "item 0 is a SimpleQueue" in refusal([queue.SimpleQueue()])  # it is a value, and no code


def test_threads_that_wait_here_wait_for_nobody_there() -> None:
    waiting: Any = WithQueues.condition
    waiting._waiters.append(threading.Lock())
    try:
        assert not sent_on(WithQueues).condition._waiters
        assert len(waiting._waiters) == 1
    finally:
        waiting._waiters.clear()
