"""Which session a call without one uses."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from ray_client.errors import NotConnectedError
from ray_client.exceptions import RaySystemError
from ray_client.handles import current


@pytest.fixture(autouse=True)
def default(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(current, "_open_default", None)
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


def test_the_first_call_has_the_default_session_opened() -> None:
    opened = object()
    current.set_opener(lambda: current.set_default(opened))  # type: ignore[arg-type]
    with pytest.raises(NotConnectedError):
        current.current_session("nodes()", opens=False)
    assert current.current_session("put()") is opened


def test_without_a_session_it_is_the_error_that_ray_raises() -> None:
    current.set_opener(lambda: None)  # nothing says where
    with pytest.raises(RaySystemError, match=r"^put\(\) needs a session.*RAY_ADDRESS") as caught:
        current.current_session("put()")
    assert isinstance(caught.value, RuntimeError)
