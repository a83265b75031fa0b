"""What Ctrl-C does with what was waited for."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from ray_client.errors import SessionClosedError
from ray_client.session.interrupts import interruptible


class Session:
    def __init__(self, cancels_on_interrupt: bool, is_open: bool = True) -> None:
        self.cancels_on_interrupt, self.is_open = cancels_on_interrupt, is_open
        self.cancelled: list[int] = []

    def send(self, operation: Any, is_urgent: bool) -> None:
        if not self.is_open:
            raise SessionClosedError("s")
        assert is_urgent
        self.cancelled.append(operation.cancel_task.object_id)


def interrupt(session: Any, error: type[BaseException] = KeyboardInterrupt) -> BaseException:
    with pytest.raises(error) as caught, interruptible(session, [1, 2]):
        raise error
    return caught.value


def test_keep_leaves_it_running_and_says_how_to_end_it() -> None:
    session = Session(cancels_on_interrupt=False)
    error = interrupt(session)
    assert session.cancelled == []
    if sys.version_info >= (3, 11):
        assert "on_interrupt='cancel'" in error.__notes__[0]


def test_cancel_cancels_it_all() -> None:
    session = Session(cancels_on_interrupt=True)
    interrupt(session)
    assert session.cancelled == [1, 2]


def test_cancel_in_a_session_that_has_ended_is_still_an_interrupt() -> None:
    interrupt(Session(cancels_on_interrupt=True, is_open=False))


def test_other_errors_cancel_nothing() -> None:
    session = Session(cancels_on_interrupt=True)
    interrupt(session, ValueError)
    assert session.cancelled == []
