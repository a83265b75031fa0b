"""Values of the user's that misbehave wherever the driver touches them: each is that operation's failure, no more."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import pytest

import ray_client as ray

pytestmark = pytest.mark.timeout(90)

HERE = os.getpid()
WITHIN_S = 20  #: for each: a wedge shows as a time-out


def behave(how: str) -> Any:
    """Misbehave."""
    if how == "recurse":
        return behave(how) + 1
    if how == "sleep":
        time.sleep(0.05)
        return "slept"
    if how == "absurd":
        return 7
    raise {
        "SystemExit": SystemExit,
        "KeyboardInterrupt": KeyboardInterrupt,
        "GeneratorExit": GeneratorExit,
        "RecursionError": RecursionError,
        "MemoryError": MemoryError,
        "StopIteration": StopIteration,
    }[how]("no")


HOW = (
    "SystemExit",
    "KeyboardInterrupt",
    "GeneratorExit",
    "RecursionError",
    "MemoryError",
    "StopIteration",
    "recurse",
    "sleep",
    "absurd",
)


class Rebuilt:
    """Misbehaves where it is made anew, but for this process."""

    def __init__(self, how: str) -> None:
        self.how = how

    def __reduce__(self) -> Any:
        return _rebuild, (self.how, HERE)


def _rebuild(how: str, home: int) -> Any:
    return Rebuilt(how) if os.getpid() == home else behave(how)


class Odd:
    """Misbehaves in one of its methods, but where it was made."""

    def __init__(self, hook: str, how: str) -> None:
        self.hook, self.how, self.home = hook, how, os.getpid()

    def _is_now(self, hook: str) -> bool:
        # Asked in odd moments: while it is made it has nothing yet.
        known = object.__getattribute__(self, "__dict__")
        return known.get("hook") == hook and os.getpid() not in (known.get("home"), HERE)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return behave(self.how) if self._is_now("__reduce__") else super().__reduce_ex__(protocol)

    def __setstate__(self, state: Any) -> None:
        self.__dict__.update(state)
        if self._is_now("__setstate__"):
            behave(self.how)

    def __del__(self) -> None:
        if self._is_now("__del__"):
            behave(self.how)

    def __hash__(self) -> int:
        return int(behave(self.how)) if self._is_now("__hash__") else 1

    def __eq__(self, other: object) -> bool:
        return bool(behave(self.how)) if self._is_now("__eq__") else self is other

    def __repr__(self) -> str:
        return str(behave(self.how)) if self._is_now("__repr__") else "Odd()"

    def __str__(self) -> str:
        return behave(self.how) if self._is_now("__str__") else "odd"

    def __getattribute__(self, name: str) -> Any:
        if name == "__class__" and object.__getattribute__(self, "_is_now")("__class__"):
            return behave(self.how)
        return object.__getattribute__(self, name)


HOOKS = ("__reduce__", "__setstate__", "__del__", "__hash__", "__eq__", "__repr__", "__str__", "__class__")


class OddError(Odd, Exception):
    """An error that does the same; `args` is what Ray and pickle look at."""

    def __init__(self, hook: str, how: str) -> None:
        Exception.__init__(self, hook, how)
        Odd.__init__(self, hook, how)


@ray.remote(num_cpus=0)
class Host:
    """Does in one process, which is quick, what tasks would."""

    def __init__(self, *_: Any) -> None: ...

    def one(self, *_: Any) -> int:
        return 1

    def give(self, hook: str, how: str) -> Any:
        return [Odd(hook, how)]

    def give_bare(self, hook: str, how: str) -> Any:
        return Odd(hook, how)

    def give_in_places(self, hook: str, how: str) -> Any:
        odd = Odd(hook, how)
        return {odd: odd, "set": {odd}}

    def give_rebuilt(self, how: str) -> Any:
        return Rebuilt(how)

    def fail(self, hook: str, how: str, where: str) -> None:
        error = OddError(hook, how)
        if where == "itself":
            raise error
        plain = ValueError("plain")
        if where == "cause":
            plain.__cause__ = error
        elif where == "context":
            plain.__context__ = error
        else:
            plain.__notes__ = [Odd(hook, how)]  # type: ignore[attr-defined]
        raise plain

    @ray.method(num_returns="streaming")
    def stream(self, hook: str, how: str) -> Any:
        yield 1
        yield Odd(hook, how)
        yield 3


@pytest.fixture(scope="module")
def session(gateway: Any) -> Any:
    context = ray.init(gateway.address, log_to_driver=False)
    yield context
    context.disconnect()


@pytest.fixture(autouse=True)
def no_session_left() -> None:
    """The session is the module's."""


@pytest.fixture(scope="module")
def host(session: Any) -> Any:
    return Host.remote()


def attempt(call: Callable[[], Any]) -> None:
    """Have something come, or a failure that is not ours to die of."""
    try:
        ray.get(call(), timeout=WITHIN_S)
    except ray.exceptions.GetTimeoutError:
        raise
    except Exception:  # noqa: BLE001 - whichever: a failure of this operation
        return


def still_answers(host: Any) -> None:
    assert ray.get(host.one.remote(), timeout=WITHIN_S) == 1
    assert ray.get(ray.put([5]), timeout=WITHIN_S) == [5]


@pytest.mark.parametrize("how", HOW)
def test_what_misbehaves_as_it_is_unpickled(host: Any, how: str) -> None:
    value = [Rebuilt(how)]

    @ray.remote
    def f(*_: Any, **__: Any) -> int:
        return 1

    def create() -> Any:
        actor = Host.options(num_cpus=0).remote(value)
        return actor.one.remote()

    for call in (
        lambda: host.one.remote(value),
        lambda: host.one.remote(x=value),
        lambda: ray.put(value),
        lambda: host.one.remote(ray.put(value)),
        create,
        lambda: f.options(num_cpus=0, _metadata={"x": value}).remote(),
        lambda: f.options(num_cpus=0, runtime_env={"env_vars": {"X": "1"}, "config": {"x": value}}).remote(),
        lambda: ray.wait([ray.put(value)], timeout=WITHIN_S)[0],
        lambda: host.give_rebuilt.remote(how),
    ):
        attempt(call)
    still_answers(host)


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("hook", HOOKS)
def test_what_misbehaves_in_the_driver(host: Any, hook: str, how: str) -> None:
    odd = Odd(hook, how)
    attempt(lambda: host.one.remote([odd]))
    attempt(lambda: ray.put({"x": odd}))
    attempt(lambda: host.give.remote(hook, how))
    attempt(lambda: host.give_bare.remote(hook, how))
    attempt(lambda: host.give_in_places.remote(hook, how))
    many = [host.give.remote(hook, how) for _ in range(1 if how == "sleep" else 20)]  # taken from Ray together
    attempt(lambda: many)
    still_answers(host)


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("hook", HOOKS)
def test_errors_that_misbehave_in_the_driver(host: Any, hook: str, how: str) -> None:
    for where in ("itself", "cause", "context", "notes"):
        attempt(lambda where=where: host.fail.remote(hook, how, where))
    still_answers(host)


@pytest.mark.parametrize("how", HOW)
def test_items_of_a_stream_that_misbehave(host: Any, how: str) -> None:
    for hook in HOOKS:
        refs = list(host.stream.remote(hook, how))
        assert ray.get(refs[0], timeout=WITHIN_S) == 1
        attempt(lambda refs=refs: refs[1])
        if len(refs) == 3:
            assert ray.get(refs[2], timeout=WITHIN_S) == 3
    still_answers(host)


@pytest.mark.parametrize("how", HOW)
def test_names_that_misbehave(host: Any, how: str) -> None:
    class Name(str):
        def __reduce__(self) -> Any:
            return _rebuild, (how, HERE)

    class Actor:
        pass

    def create() -> Any:
        return ray.get_actor(ray.remote(Actor).options(num_cpus=0, name=Name("n")).remote())

    attempt(create)
    attempt(lambda: host.one.options(name=Name("n")).remote())
    still_answers(host)


class OddHook(Odd):
    """A setup hook, which Ray pickles in the driver as that joins."""

    def __call__(self) -> None: ...


@pytest.mark.parametrize("how", ["SystemExit", "KeyboardInterrupt", "recurse"])
def test_a_setup_hook_that_misbehaves_is_a_session_that_does_not_open(gateway: Any, host: Any, how: str) -> None:
    with pytest.raises(ray.errors.RayClientError):
        ray.connect(gateway.address, runtime_env={"worker_process_setup_hook": OddHook("__reduce__", how)})
    still_answers(host)


def test_the_session_is_the_one_that_it_was(session: Any, host: Any) -> None:
    still_answers(host)
    assert ray.is_initialized()
