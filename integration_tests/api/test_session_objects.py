"""Several sessions in one program: each by its own methods, and none takes the handles of another."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator

import pytest
from gateway import Gateway

import ray_client as ray
from ray_client.errors import NotConnectedError, SessionClosedError, WrongSessionError


@pytest.fixture(scope="module")
def two(gateway: Gateway) -> Iterator[tuple[ray.ClientContext, ray.ClientContext]]:
    """Two sessions, neither of which is the current one."""
    with_logs_off = {"log_to_driver": False, "direct": False}
    first = ray.connect(gateway.address, namespace="first", **with_logs_off)
    second = ray.connect(gateway.address, namespace="second", **with_logs_off)
    yield first, second
    first.close()
    second.close()


class Counter:
    def __init__(self) -> None:
        self.total = 0

    def add(self, number: object = 1) -> int:
        self.total += 1
        return self.total


def test_a_session_has_what_the_module_has(two) -> None:
    session, _ = two

    @session.remote
    def double(number: int) -> int:
        return 2 * number

    ref = double.remote(session.put(21))
    assert session.get(ref) == 42
    assert session.get([ref, ref]) == [42, 42]
    assert session.wait([ref]) == ([ref], [])
    assert session.get(double.options(num_cpus=0).remote(1), timeout=30) == 2

    counter = session.remote(num_cpus=0)(Counter).options(name="counter").remote()
    assert session.get(counter.add.remote()) == 1
    assert session.get(session.get_actor("counter").add.remote()) == 2
    assert session.list_named_actors() == ["counter"]
    session.kill(counter)

    assert len(session.nodes()) == 1
    assert session.cluster_resources()["CPU"] == 4
    assert "CPU" in session.available_resources()
    assert session.timeline() is not None


def test_every_function_of_the_module_is_a_method() -> None:
    about_which_session = {"init", "client", "connect", "connect_async", "shutdown", "is_initialized"}
    functions = {name for name in ray.__all__ if inspect.isfunction(getattr(ray, name))} - about_which_session
    assert functions - {"method"} <= set(dir(ray.ClientContext))  # `method` marks methods of classes, of no session yet


def test_each_session_has_a_context_of_its_own(two) -> None:
    contexts = [session.get_runtime_context() for session in two]
    assert [context.namespace for context in contexts] == ["first", "second"]
    assert contexts[0].get_job_id() != contexts[1].get_job_id()
    assert two[0].get_gpu_ids() == []
    with pytest.raises(NotConnectedError):
        ray.get_runtime_context().get_job_id()


def test_connect_leaves_module_level_functions_alone(two) -> None:
    assert not ray.is_initialized()
    with pytest.raises(NotConnectedError):
        ray.put(1)
    with pytest.raises(ValueError, match="allow_multiple"):
        ray.connect("ray://127.0.0.1:1", allow_multiple=True)


def use_wrongly(name: str, mine: ray.ClientContext, ref, actor) -> object:
    """Use what belongs to one session in another."""

    @mine.remote
    def take(*values: object, **named: object) -> None: ...

    def closure() -> object:
        return ref

    return {
        "get": lambda: mine.get(ref),
        "get of many": lambda: mine.get([mine.put(1), ref]),
        "wait": lambda: mine.wait([mine.put(1), ref]),
        "put": lambda: mine.put([ref]),
        "argument": lambda: take.remote(ref),
        "keyword": lambda: take.remote(value=ref),
        "nested": lambda: take.remote({"deep": [(ref,)]}),
        "actor as argument": lambda: take.remote(actor),
        "closure": lambda: mine.remote(closure).remote(),
        "actor call": lambda: mine.remote(num_cpus=0)(Counter).remote().add.remote(ref),
        "cancel": lambda: mine.cancel(ref),
        "kill": lambda: mine.kill(actor),
        "aget": lambda: asyncio.run(mine.aget(ref)),
    }[name]()


@pytest.mark.parametrize(
    "name",
    [
        "get",
        "get of many",
        "wait",
        "put",
        "argument",
        "keyword",
        "nested",
        "actor as argument",
        "closure",
        "actor call",
        "cancel",
        "kill",
        "aget",
    ],
)
def test_a_handle_of_another_session_is_refused(two, name: str) -> None:
    mine, other = two
    ref, actor = other.put("theirs"), other.remote(num_cpus=0)(Counter).remote()
    with pytest.raises(WrongSessionError) as caught:
        use_wrongly(name, mine, ref, actor)
    assert (caught.value.handle_session_id, caught.value.used_session_id) == (other.session_id, mine.session_id)
    assert mine.session_id in str(caught.value) and other.session_id in str(caught.value)
    assert other.get(ref) == "theirs"
    assert mine.get(mine.put("usable")) == "usable"


def test_a_function_of_another_session_is_refused_in_a_closure(two) -> None:
    mine, other = two

    @other.remote
    def theirs() -> int:
        return 1

    @ray.remote
    def anyones() -> int:
        return 1

    @mine.remote
    def calling(function: object) -> str:
        return type(function).__name__

    with pytest.raises(WrongSessionError):
        calling.remote(theirs)
    assert mine.get(calling.remote(anyones)) == "RemoteFunction"


def test_module_level_functions_refuse_handles_of_sessions_that_are_not_current(gateway: Gateway, two) -> None:
    other, _ = two
    ref, actor = other.put(1), other.remote(num_cpus=0)(Counter).remote()
    with ray.init(gateway.address, log_to_driver=False, direct=False) as current:
        for use in (
            lambda: ray.get(ref),
            lambda: ray.wait([ref]),
            lambda: ray.cancel(ref),
            lambda: ray.kill(actor),
            lambda: ray.put([ref]),
        ):
            with pytest.raises(WrongSessionError) as caught:
                use()
            assert caught.value.used_session_id == current.session_id
        # What belongs to a handle asks the handle's own session.
        assert ref.future().result(30) == 1
        assert other.get(actor.add.remote()) == 1
    assert not ray.is_initialized()


def test_a_with_block_makes_a_session_current_and_closes_it(gateway: Gateway) -> None:
    with ray.connect(gateway.address, log_to_driver=False) as session:
        ref = ray.put("in the block")
        assert ray.get(ref) == session.get(ref) == "in the block"
    assert not ray.is_initialized()
    assert not session.is_connected
    with pytest.raises(SessionClosedError):
        session.get(ref)
    session.close()


def test_two_asyncio_tasks_may_use_two_sessions(gateway: Gateway) -> None:
    async def use(number: int) -> int:
        async with await ray.connect_async(gateway.address, log_to_driver=False, direct=False) as session:
            await asyncio.sleep(0.2)  # so that the other is in its block too
            ref = ray.put(number)
            assert await session.aget(ref) == number
            return ray.get(ref)

    async def both() -> list[int]:
        return await asyncio.gather(use(1), use(2))

    assert asyncio.run(both()) == [1, 2]
    assert not ray.is_initialized()
