"""References and sessions in coroutines: nothing blocks the loop, and who stops waiting leaves nothing behind."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from conformance.actors import Gate
from gateway import Gateway
from processes import poll

import ray_client as ray
from ray_client.errors import UnreachableError
from ray_client.exceptions import GetTimeoutError


@ray.remote
def fail() -> None:
    raise TimeoutError("the task's own")


@pytest.fixture
def gate(context: ray.ClientContext) -> Any:
    gate = Gate.options(max_concurrency=2000).remote()
    ray.get(gate.__ray_ready__.remote())
    return gate


def pending_requests(context: ray.ClientContext) -> int:
    return len(context._connection.session._pending._futures)


async def nothing_pending(context: ray.ClientContext) -> bool:
    return await asyncio.to_thread(poll, lambda: pending_requests(context) == 0, 10)


def test_await_and_gather(context: ray.ClientContext) -> None:
    async def run() -> None:
        refs = [ray.put(number) for number in range(20)]
        assert await refs[3] == 3
        assert await asyncio.gather(*refs) == list(range(20))
        assert await asyncio.wait_for(refs[4], 30) == 4
        assert sorted([await one for one in asyncio.as_completed(refs)]) == list(range(20))
        assert await context.aget(refs[:2] + refs[:1]) == [0, 1, 0]
        assert await context.aget(refs[1]) == 1
        assert await context.aget([]) == []
        with pytest.raises(TimeoutError, match="own"):
            await fail.remote()
        with pytest.raises(TimeoutError, match="own"):
            await context.aget(fail.remote(), timeout=60)

    asyncio.run(run())


def test_wait_takes_references_and_gives_them_back(gate, context: ray.ClientContext) -> None:
    async def run() -> None:
        ready, failed, late = ray.put("ready"), fail.remote(), gate.passed.remote()
        done, pending = await asyncio.wait([ready, failed, late], timeout=5)
        assert (done, pending) == ({ready, failed}, {late})
        assert not late.done() and ready.exception() is None and isinstance(failed.exception(), TimeoutError)
        assert await ready == "ready"
        assert await nothing_pending(context), "asyncio.wait left a request behind"
        gate.open.remote()
        done, pending = await asyncio.wait([late, ready], return_when=asyncio.ALL_COMPLETED)
        assert (done, pending) == ({late, ready}, set())
        assert await late == "passed"

    asyncio.run(run())


def test_the_loop_goes_on_meanwhile(gate, context: ray.ClientContext) -> None:
    async def run() -> None:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.01)
                ticks += 1

        ticking = asyncio.create_task(tick())
        waiting = asyncio.ensure_future(context.aget([gate.passed.remote(), gate.passed.remote(2)]))
        ref = await context.aput(b"x" * 5_000_000)
        await asyncio.sleep(0.5)
        assert not waiting.done()
        gate.open.remote()
        assert await waiting == ["passed", 2]
        assert len(await ref) == 5_000_000
        ticking.cancel()
        assert ticks > 10

    asyncio.run(run())


def test_a_timeout_and_a_cancelled_coroutine_forget_the_request(gate, context: ray.ClientContext) -> None:
    async def run() -> None:
        ref = gate.passed.remote()
        with pytest.raises(GetTimeoutError):
            await context.aget([ref], timeout=0.2)

        async def wait() -> None:
            await ref

        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0.1)
        assert pending_requests(context) == 1
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert await nothing_pending(context)
        gate.open.remote()
        assert await ref == "passed"

    asyncio.run(run())


def test_a_thousand_awaits(gate, context: ray.ClientContext) -> None:
    async def run() -> None:
        refs = [gate.passed.remote(number) for number in range(1000)]
        waiting = [asyncio.ensure_future(ref) for ref in refs]
        await asyncio.sleep(0)
        gate.open.remote()
        began_s = time.monotonic()
        assert await asyncio.gather(*waiting) == list(range(1000))
        assert time.monotonic() - began_s < 30

    asyncio.run(run())


def test_connect_async(gateway: Gateway) -> None:
    async def run() -> None:
        async with await ray.connect_async(gateway.address, log_to_driver=False) as session:
            assert await session.aget(ray.put(1)) == 1
        assert not session.is_connected
        with pytest.raises(UnreachableError):
            await ray.connect_async("ray://127.0.0.1:1", connect_timeout_s=1)

        before = {one.session_id for one in gateway.sessions()}
        opening = asyncio.create_task(ray.connect_async(gateway.address, log_to_driver=False))
        await asyncio.sleep(0.05)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening

        def is_gone() -> bool:
            return {one.session_id for one in gateway.sessions()} <= before

        await asyncio.sleep(1)
        assert await asyncio.to_thread(poll, is_gone, 20)

    asyncio.run(run())
