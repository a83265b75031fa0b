"""Which session a call without one uses."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from ray_client.errors import NotConnectedError
from ray_client.handles import current


@pytest.fixture(autouse=True)
def default() -> Iterator[None]:
    current.set_default(None)
    yield
    current.set_default(None)


def test_the_innermost_use_counts_then_the_default() -> None:
    outer, inner, default = (object() for _ in range(3))
    with pytest.raises(NotConnectedError, match=r"get\(\) needs a session"):
        current.current_session("get()")
    current.set_default(default)  # type: ignore[arg-type]
    with current.use(outer):  # type: ignore[arg-type]
        with current.use(inner):  # type: ignore[arg-type]
            assert current.find_session() is inner
        assert current.find_session() is outer
    assert current.find_session() is default


def test_a_use_is_the_threads_own() -> None:
    found: list[Any] = []
    with current.use(object()):  # type: ignore[arg-type]
        thread = threading.Thread(target=lambda: found.append(current.find_session()))
        thread.start()
        thread.join()
    assert found == [None]


def test_a_use_is_the_tasks_own_and_that_of_what_it_begins() -> None:
    async def use(session: Any) -> bool:
        with current.use(session):
            await asyncio.sleep(0.01)
            inherited = await asyncio.create_task(asyncio.to_thread(current.find_session))
            return current.find_session() is session and inherited is session

    async def both() -> list[bool]:
        return await asyncio.gather(use(object()), use(object()))

    assert asyncio.run(both()) == [True, True]
