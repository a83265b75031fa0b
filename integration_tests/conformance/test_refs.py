"""References: identity, use as arguments, futures and await."""

from __future__ import annotations

import asyncio
import concurrent.futures
import pickle

import pytest

from conformance.api import exceptions, ray
from conformance.marks import since_ray


@ray.remote
def identity(value: object) -> object:
    return value


@ray.remote
def describe(value: object) -> str:
    return type(value).__name__


@ray.remote
def fail() -> None:
    raise ValueError("failed")


def test_equality_and_hash() -> None:
    one, two = ray.put(1), ray.put(1)
    assert one == one
    assert one != two
    assert one != 1
    assert hash(one) == hash(one)
    assert len({one, two, one}) == 2
    assert {one: "a"}[one] == "a"


def test_a_reference_that_comes_back_is_the_same() -> None:
    ref = ray.put(1)
    [back] = ray.get(identity.remote([ref]))
    assert back == ref
    assert hash(back) == hash(ref)
    assert ray.get(back) == 1


def test_hex_and_binary() -> None:
    ref = ray.put(1)
    assert len(ref.binary()) == 28
    assert ref.hex() == ref.binary().hex()
    assert ref.hex() in repr(ref) or ref.hex() in str(ref)


def test_hex_of_a_task_result() -> None:
    ref = identity.remote(1)
    assert len(ref.hex()) == 56
    assert ref.hex() != identity.remote(1).hex()


def test_the_id_is_that_of_the_cluster() -> None:
    @ray.remote
    def hexes(refs: list) -> list[str]:
        return [ref.hex() for ref in refs]

    refs = [ray.put(1), identity.remote(2)]
    assert ray.get(hexes.remote(refs)) == [ref.hex() for ref in refs]


def test_is_nil_and_task_id() -> None:
    ref = identity.remote(1)
    assert ref.is_nil() is False
    assert len(ref.task_id().hex()) == 48
    assert ref.job_id().hex() == ray.get_runtime_context().get_job_id()


def test_only_top_level_arguments_are_resolved() -> None:
    ref = ray.put("x")
    assert ray.get(describe.remote(ref)) == "str"
    assert ray.get(identity.remote({"ref": ref}))["ref"] == ref
    assert ray.get(identity.remote((ref,))) == (ref,)


def test_references_nested_deeply() -> None:
    inner = ray.put("core")
    outer = ray.put([{"k": (ray.put([inner]),)}])
    [ref] = ray.get(ray.get(outer)[0]["k"][0])
    assert ref == inner
    assert ray.get(ref) == "core"


def test_a_nested_reference_outlives_its_own_handle() -> None:
    box = ray.put([ray.put("kept")])
    assert ray.get(ray.get(box)[0]) == "kept"


def test_a_reference_as_an_attribute_of_an_object() -> None:
    class Holder:
        def __init__(self, ref) -> None:
            self.ref = ref

    holder = ray.get(identity.remote(Holder(ray.put(3))))
    assert ray.get(holder.ref) == 3


def test_references_cannot_be_pickled_by_plain_pickle_across_sessions() -> None:
    ref = ray.put(1)
    try:
        again = pickle.loads(pickle.dumps(ref))
    except (TypeError, pickle.PicklingError, exceptions.RayError, RuntimeError):
        return
    assert again == ref


def test_await() -> None:
    async def main() -> object:
        return await identity.remote(5)

    assert asyncio.run(main()) == 5


def test_await_of_a_failure() -> None:
    async def main() -> None:
        await fail.remote()

    with pytest.raises(ValueError, match="failed"):
        asyncio.run(main())


def test_gather() -> None:
    async def main() -> list:
        return await asyncio.gather(*[identity.remote(i) for i in range(10)])

    assert asyncio.run(main()) == list(range(10))


def test_asyncio_wait_and_wait_for() -> None:
    async def main() -> set:
        tasks = [asyncio.ensure_future(asyncio.wrap_future(identity.remote(i).future())) for i in range(4)]
        done, pending = await asyncio.wait(tasks, timeout=30)
        assert not pending
        return {task.result() for task in done}

    assert asyncio.run(main()) == {0, 1, 2, 3}


def test_awaiting_twice() -> None:
    async def main() -> tuple:
        ref = identity.remote("x")
        return await ref, await ref

    assert asyncio.run(main()) == ("x", "x")


def test_future() -> None:
    future = identity.remote(6).future()
    assert isinstance(future, concurrent.futures.Future)
    assert future.result(timeout=30) == 6
    assert future.done()


def test_future_of_a_failure() -> None:
    future = fail.remote().future()
    with pytest.raises(ValueError, match="failed"):
        future.result(timeout=30)
    assert isinstance(future.exception(), exceptions.RayTaskError)


def test_future_callback() -> None:
    heard: concurrent.futures.Future = concurrent.futures.Future()
    identity.remote(7).future().add_done_callback(lambda future: heard.set_result(future.result()))
    assert heard.result(timeout=30) == 7


def test_futures_as_completed() -> None:
    futures = [identity.remote(i).future() for i in range(8)]
    done = concurrent.futures.as_completed(futures, timeout=30)
    assert sorted(future.result() for future in done) == list(range(8))


@since_ray("2.49.2", "`ray.util.as_completed`", client_has_it=True)
def test_ray_util_as_completed() -> None:
    refs = [identity.remote(i) for i in range(8)]
    assert sorted(ray.util.as_completed(refs)) == list(range(8))


@since_ray("2.49.2", "`ray.util.map_unordered`", client_has_it=True)
def test_ray_util_map_unordered() -> None:
    assert sorted(ray.util.map_unordered(identity, range(5))) == list(range(5))


def test_references_in_a_set_argument() -> None:
    refs = {ray.put(i) for i in range(3)}
    assert ray.get(identity.remote(refs)) == refs


def test_isinstance() -> None:
    assert isinstance(ray.put(1), ray.ObjectRef)
    assert isinstance(identity.remote(1), ray.ObjectRef)


def test_iterating_a_reference_is_an_error() -> None:
    with pytest.raises(TypeError):
        list(ray.put([1, 2]))
