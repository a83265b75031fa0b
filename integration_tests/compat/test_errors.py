"""How failures of the user's code come back."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

import pytest

import ray_client as ray
from ray_client import exceptions


class OwnError(Exception):
    """With a constructor that takes more than the text."""

    def __init__(self, code: int, text: str = "own") -> None:
        super().__init__(code, text)
        self.code = code


@ray.remote
def fail(error: BaseException) -> None:
    raise error


@ray.remote
def identity(value: object) -> object:
    return value


def test_an_exception_is_caught_by_its_own_class() -> None:
    for kind in (ValueError, KeyError, ZeroDivisionError, OSError):
        with pytest.raises(kind, match="the text"):
            ray.get(fail.remote(kind("the text")))


def test_an_exception_is_a_task_error() -> None:
    with pytest.raises(exceptions.RayTaskError) as caught:
        ray.get(fail.remote(ValueError("the text")))
    assert isinstance(caught.value, exceptions.RayError)
    assert isinstance(caught.value.cause, ValueError)
    assert caught.value.cause.args == ("the text",)


def test_the_text_points_at_the_user_s_lines() -> None:
    @ray.remote
    def deep() -> None:
        def inner_function() -> None:
            raise ValueError("deep inside")  # the line

        inner_function()

    with pytest.raises(ValueError) as caught:
        ray.get(deep.remote())
    text = "".join(traceback.format_exception(caught.value))
    assert "inner_function" in text
    assert Path(__file__).name in text
    lines = Path(__file__).read_text().splitlines()
    line = 1 + next(at for at, text in enumerate(lines) if text.endswith("# the line"))
    assert f"line {line}" in text


def test_an_exception_of_the_user() -> None:
    with pytest.raises(OwnError) as caught:
        ray.get(fail.remote(OwnError(7)))
    assert caught.value.cause.code == 7


def test_a_chained_exception() -> None:
    @ray.remote
    def chained() -> None:
        try:
            raise KeyError("first")
        except KeyError as error:
            raise ValueError("second") from error

    with pytest.raises(ValueError) as caught:
        ray.get(chained.remote())
    assert "first" in str(caught.value)


def test_an_exception_that_cannot_be_pickled() -> None:
    @ray.remote
    def raise_it() -> None:
        import threading

        error = ValueError("has a lock")
        error.lock = threading.Lock()
        raise error

    with pytest.raises(exceptions.RayTaskError, match="has a lock"):
        ray.get(raise_it.remote())


def test_an_error_in_a_dependency() -> None:
    with pytest.raises(ValueError, match="the cause"):
        ray.get(identity.remote(identity.remote(fail.remote(ValueError("the cause")))))


def test_an_error_in_a_nested_task() -> None:
    @ray.remote
    def outer() -> None:
        ray.get(fail.remote(OwnError(3)))

    with pytest.raises(OwnError):
        ray.get(outer.remote())


def test_a_task_that_kills_its_worker() -> None:
    @ray.remote(max_retries=0)
    def die() -> None:
        os._exit(1)

    with pytest.raises(exceptions.WorkerCrashedError):
        ray.get(die.remote())


def test_a_wrong_number_of_returns() -> None:
    @ray.remote(num_returns=3)
    def two() -> tuple[int, int]:
        return 1, 2

    with pytest.raises(ValueError, match="3"):
        ray.get(two.remote())
