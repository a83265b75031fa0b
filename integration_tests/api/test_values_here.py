"""Values that this environment cannot take: every future resolves; what is only on the cluster can be passed back."""

from __future__ import annotations

import asyncio
import importlib.util

import pytest

import ray_client as ray
from ray_client.errors import OpaqueObjectError, UnpicklingError

pytestmark = pytest.mark.usefixtures("context")


@ray.remote
def only_there() -> object:
    """An instance of a class whose package comes with Ray and is not here."""
    import msgpack

    return msgpack.Timestamp(5, 0)


@ray.remote
def seconds(stamp: object) -> int:
    return stamp.seconds


@ray.remote
def dag_context() -> object:
    """An instance of a class of Ray's that has no counterpart here."""
    from ray.dag.context import DAGContext

    return DAGContext(submit_timeout=17)


@ray.remote
def submit_timeout(context: object) -> int:
    return context.submit_timeout


def test_the_package_is_not_here() -> None:
    assert importlib.util.find_spec("msgpack") is None
    assert importlib.util.find_spec("ray") is None


def test_get() -> None:
    with pytest.raises(UnpicklingError, match="msgpack") as caught:
        ray.get(only_there.remote())
    assert caught.value.side == "client"
    assert caught.value.missing_module == "msgpack"


def test_await_and_future() -> None:
    with pytest.raises(UnpicklingError):
        only_there.remote().future().result(timeout=30)

    async def main() -> None:
        await only_there.remote()

    with pytest.raises(UnpicklingError):
        asyncio.run(main())


def test_among_others() -> None:
    refs = [ray.put(1), only_there.remote(), ray.put(3)]
    with pytest.raises(UnpicklingError):
        ray.get(refs)
    assert ray.get([refs[0], refs[2]]) == [1, 3]
    assert ray.wait([refs[1]]) == ([refs[1]], [])


def test_the_reference_can_be_passed_on() -> None:
    assert ray.get(seconds.remote(only_there.remote())) == 5


def test_an_argument_that_cannot_be_unpickled_there() -> None:
    class Trap:
        def __reduce__(self) -> tuple:
            return fail_there, ()

    @ray.remote
    def use(value: object) -> None:
        pass

    with pytest.raises((UnpicklingError, ray.exceptions.RayError, RuntimeError)):
        ray.get(use.remote(Trap()))
    assert ray.get(ray.put(1)) == 1


def fail_there() -> None:
    raise RuntimeError("cannot be built")


def test_an_object_of_rays_own_is_opaque() -> None:
    opaque = ray.get(dag_context.remote())
    assert "DAGContext" in repr(opaque)
    with pytest.raises(OpaqueObjectError, match="only on the cluster"):
        _ = opaque.submit_timeout


def test_an_opaque_object_can_be_passed_back() -> None:
    opaque = ray.get(dag_context.remote())
    assert ray.get(submit_timeout.remote(opaque)) == 17
    [again] = ray.get(ray.put([opaque]))
    assert ray.get(submit_timeout.remote(again)) == 17


def test_a_value_too_deep_to_pickle() -> None:
    deep: list = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises((RecursionError, TypeError)):
        ray.put(deep)
    assert ray.get(ray.put(1)) == 1


def test_a_value_whose_pickling_fails() -> None:
    class Broken:
        def __reduce__(self) -> tuple:
            raise ZeroDivisionError("while pickling")

    with pytest.raises(Exception, match="while pickling"):
        ray.put(Broken())
    assert ray.get(ray.put(1)) == 1
