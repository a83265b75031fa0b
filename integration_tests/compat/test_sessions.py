"""Sessions: several at once, what they know, how they end."""

from __future__ import annotations

import asyncio
import sys

import pytest
from printed import Printed

import ray_client as ray
from compat.marks import since
from ray_client.errors import ConnectError, SessionClosedError, WrongSessionError


@pytest.fixture(scope="module")
def other(address: str) -> ray.ClientContext:
    """A second session, past the gateway where that is possible."""
    session = ray.connect(address, namespace="other", log_to_driver=False, connect_timeout_s=60)
    yield session
    session.close()


def test_a_session_has_what_the_module_has(other: ray.ClientContext) -> None:
    @other.remote
    def double(number: int) -> int:
        return 2 * number

    assert other.get(double.remote(other.put(21))) == 42
    assert other.namespace == "other"


@since(client="0.2.0")
def test_the_runtime_context_of_a_session(other: ray.ClientContext) -> None:
    assert other.get_runtime_context().namespace == "other"
    assert other.get_runtime_context().get_job_id() != ray.get_runtime_context().get_job_id()


def test_the_output_of_workers(address: str) -> None:
    with Printed() as printed:
        session = ray.connect(address, direct=False, connect_timeout_s=60)
        session.get(session.remote(lambda: print("said by a worker")).remote())  # noqa: T201
        assert printed.has(lambda seen: "said by a worker" in seen.out, within_s=60)
        session.close()


def test_facts_of_a_session(context: ray.ClientContext) -> None:
    there = ray.get(ray.remote(lambda: (sys.version_info[:3], __import__("ray").__version__)).remote())
    assert context.python_version == "{}.{}.{}".format(*there[0])
    assert context.ray_version == there[1]
    assert context.server_version
    assert context.is_connected


def test_a_handle_of_another_session_is_refused(other: ray.ClientContext) -> None:
    with pytest.raises(WrongSessionError):
        ray.get(other.put(1))


def test_names_are_of_a_namespace(other: ray.ClientContext) -> None:
    class Actor:
        def hello(self) -> str:
            return "hello"

    actor = other.remote(num_cpus=0)(Actor).options(name="of-other").remote()
    assert other.get(actor.hello.remote()) == "hello"
    with pytest.raises(ValueError, match="of-other"):
        ray.get_actor("of-other")
    assert ray.get(ray.get_actor("of-other", namespace="other").hello.remote()) == "hello"


def test_a_session_that_was_closed(address: str) -> None:
    session = ray.connect(address, log_to_driver=False, connect_timeout_s=60)
    ref = session.put(1)
    session.close()
    assert not session.is_connected
    with pytest.raises(SessionClosedError):
        session.get(ref)


def test_a_session_in_coroutines(address: str) -> None:
    async def main() -> int:
        options = {"log_to_driver": False, "connect_timeout_s": 60}
        async with await ray.connect_async(address, **options) as session:
            return await session.aget(await session.aput(5))

    assert asyncio.run(main()) == 5


def test_an_address_where_nobody_is() -> None:
    with pytest.raises(ConnectError):
        ray.connect("ray://127.0.0.1:1", connect_timeout_s=2)
