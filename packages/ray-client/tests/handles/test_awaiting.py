"""References as asyncio sees them, over a session in memory."""

from __future__ import annotations

import asyncio
import gc
import sys
from concurrent.futures import Future
from typing import Any

import pytest

from ray_client.handles.object_ref import ObjectRef

refs_as_they_are = pytest.mark.skipif(
    sys.version_info < (3, 11), reason="asyncio.wait of Python 3.10 wraps what it is given in tasks of its own"
)


class Session:
    """Gives futures, and remembers what was released."""

    id = "session-in-memory"

    def __init__(self) -> None:
        self.futures: list[Future[Any]] = []
        self.ids: list[int] = []
        self.released: list[int] = []
        self.presented_classes: dict[type, type] = {}
        self.release = self.released.append

    def future_value(self, object_id: int) -> Future[Any]:
        self.futures.append(Future())
        self.ids.append(object_id)
        return self.futures[-1]

    def asked_for(self, object_id: int) -> Future[Any]:
        return self.futures[self.ids.index(object_id)]


def refs(session: Any, count: int) -> list[ObjectRef[Any]]:
    return [ObjectRef(session, number) for number in range(1, count + 1)]


@refs_as_they_are
def test_wait_gives_references_back_and_await_asks_no_second_time() -> None:
    session = Session()

    async def run() -> None:
        ready, failed, late = refs(session, 3)
        waiting = asyncio.ensure_future(asyncio.wait([ready, failed, late], return_when=asyncio.FIRST_COMPLETED))
        await asyncio.sleep(0)
        session.asked_for(1).set_result("value")
        session.asked_for(2).set_exception(ValueError("no"))
        done, pending = await waiting
        assert late in pending and done <= {ready, failed}
        await asyncio.sleep(0.01)
        assert ready.done() and failed.done() and not late.done() and not ready.cancelled()
        assert isinstance(failed.exception(), ValueError) and ready.exception() is None
        assert await ready == "value"
        assert len(session.futures) == 3
        assert session.asked_for(3).cancelled()

    asyncio.run(run())


def test_a_cancelled_await_cancels_the_request_and_lets_the_reference_go() -> None:
    session = Session()

    async def run() -> None:
        [ref] = refs(session, 1)
        waiting = asyncio.ensure_future(ref)
        del ref
        await asyncio.sleep(0)
        gc.collect()
        assert session.released == []
        waiting.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert session.futures[0].cancelled()
        del waiting
        gc.collect()

    asyncio.run(run())
    gc.collect()
    assert session.released == [1]


@refs_as_they_are
def test_a_reference_outlives_its_loop() -> None:
    session = Session()
    [ref] = refs(session, 1)

    async def wait() -> None:
        waiting = asyncio.ensure_future(asyncio.wait([ref]))
        await asyncio.sleep(0)
        session.futures[-1].set_result("value")
        await waiting

    asyncio.run(wait())
    asyncio.run(wait())  # another loop: it asks again
    assert len(session.futures) == 2
