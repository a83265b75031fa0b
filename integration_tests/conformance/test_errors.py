"""How failures of the user's code come back."""

from __future__ import annotations

import traceback

import pytest

from conformance.api import exceptions, ray
from conformance.marks import since_ray
from conformance.neighbour import OwnError


class LocalError(Exception):
    """An exception of this module."""


class NeedsArgumentsError(Exception):
    """An exception whose class cannot be called with the message alone."""

    def __init__(self, first: int, second: str) -> None:
        super().__init__(f"{first} {second}")
        self.first, self.second = first, second


@ray.remote
def fail(error: BaseException) -> None:
    raise error


@ray.remote
def identity(value: object) -> object:
    return value


@pytest.mark.parametrize("kind", [ValueError, KeyError, ZeroDivisionError, LocalError, OSError, StopIteration])
def test_an_exception_is_caught_by_its_own_class(kind: type[Exception]) -> None:
    with pytest.raises(kind) as caught:
        ray.get(fail.remote(kind("the text")))
    assert "the text" in str(caught.value)


def test_an_exception_is_caught_as_a_task_error() -> None:
    with pytest.raises(exceptions.RayTaskError) as caught:
        ray.get(fail.remote(ValueError("the text")))
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value.cause, ValueError)
    assert caught.value.cause.args == ("the text",)


def test_a_task_error_is_a_ray_error() -> None:
    with pytest.raises(exceptions.RayError):
        ray.get(fail.remote(ValueError("x")))


def test_the_text_has_the_remote_traceback() -> None:
    @ray.remote
    def deep() -> None:
        def inner_function_of_the_user() -> None:
            raise ValueError("deep inside")

        inner_function_of_the_user()

    with pytest.raises(ValueError) as caught:
        ray.get(deep.remote())
    text = "".join(traceback.format_exception(caught.value))
    assert "inner_function_of_the_user" in text
    assert "deep inside" in text


def test_the_function_is_named() -> None:
    with pytest.raises(exceptions.RayTaskError) as caught:
        ray.get(fail.remote(ValueError("x")))
    assert "fail()" in str(caught.value)


def test_an_exception_of_a_module_beside_the_script() -> None:
    with pytest.raises(OwnError) as caught:
        ray.get(fail.remote(OwnError(7)))
    assert caught.value.cause.code == 7
    assert caught.value.code == 7


@since_ray("2.49.2", "the text of an exception that cannot be made again from its arguments")
def test_an_exception_that_cannot_be_rebuilt_from_its_text() -> None:
    @ray.remote
    def raise_it() -> None:
        raise NeedsArgumentsError(1, "two")

    with pytest.raises(exceptions.RayError) as caught:
        ray.get(raise_it.remote())
    assert "1 two" in str(caught.value)


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
    assert "second" in str(caught.value)


def test_an_exception_that_cannot_be_pickled() -> None:
    @ray.remote
    def raise_it() -> None:
        import threading

        error = ValueError("has a lock")
        error.lock = threading.Lock()
        raise error

    with pytest.raises(exceptions.RayTaskError) as caught:
        ray.get(raise_it.remote())
    assert "has a lock" in str(caught.value)


def test_an_error_in_a_dependency() -> None:
    with pytest.raises(ValueError, match="the cause"):
        ray.get(identity.remote(identity.remote(fail.remote(ValueError("the cause")))))


def test_an_error_in_a_nested_task() -> None:
    @ray.remote
    def outer() -> None:
        ray.get(fail.remote(LocalError("nested")))

    with pytest.raises(LocalError, match="nested"):
        ray.get(outer.remote())


def test_an_error_caught_inside_a_task() -> None:
    @ray.remote
    def outer() -> str:
        try:
            ray.get(fail.remote(ValueError("inner")))
        except ValueError as error:
            return type(error).__name__
        return "nothing"

    assert ray.get(outer.remote()) == "RayTaskError(ValueError)"


def test_the_type_has_both_names() -> None:
    with pytest.raises(ValueError) as caught:
        ray.get(fail.remote(ValueError("x")))
    assert type(caught.value).__name__ == "RayTaskError(ValueError)"


def test_an_error_reaches_each_of_several_returns() -> None:
    @ray.remote(num_returns=2)
    def broken() -> None:
        raise LocalError("both")

    for ref in broken.remote():
        with pytest.raises(LocalError):
            ray.get(ref)


def test_get_of_a_list_raises_the_first_error() -> None:
    refs = [identity.remote(1), fail.remote(KeyError("one")), fail.remote(ValueError("two"))]
    ray.wait(refs, num_returns=len(refs))
    with pytest.raises(KeyError):
        ray.get(refs)


def test_an_error_can_be_got_twice() -> None:
    ref = fail.remote(ValueError("again"))
    for _ in range(2):
        with pytest.raises(ValueError, match="again"):
            ray.get(ref)


def test_exceptions_are_values_too() -> None:
    value = ray.get(ray.put(ValueError("a value")))
    assert isinstance(value, ValueError)
    assert not isinstance(value, exceptions.RayError)
    returned = ray.get(identity.remote({"error": LocalError("in a dict")}))["error"]
    assert returned.args == ("in a dict",)


def test_a_caught_task_error_can_be_sent_back() -> None:
    with pytest.raises(ValueError) as caught:
        ray.get(fail.remote(ValueError("round trip")))

    @ray.remote
    def describe(errors: list) -> tuple[bool, bool]:
        return isinstance(errors[0], ray.exceptions.RayTaskError), "round trip" in str(errors[0])

    assert ray.get(describe.remote([caught.value])) == (True, True)


def test_a_task_error_as_an_argument_fails_the_task() -> None:
    with pytest.raises(ValueError) as caught:
        ray.get(fail.remote(ValueError("handed on")))
    with pytest.raises(ValueError, match="handed on"):
        ray.get(identity.remote(caught.value))


def test_get_timeout() -> None:
    @ray.remote
    def forever() -> None:
        import time

        time.sleep(1000)

    ref = forever.remote()
    with pytest.raises(exceptions.GetTimeoutError):
        ray.get(ref, timeout=0.1)
    with pytest.raises(TimeoutError):
        ray.get(ref, timeout=0)
    ray.cancel(ref, force=True)


def test_system_exit_in_a_task() -> None:
    @ray.remote(max_retries=0)
    def leave() -> None:
        raise SystemExit(3)

    with pytest.raises(exceptions.RayError):
        ray.get(leave.remote())


def test_an_exception_group() -> None:
    group = pytest.importorskip("builtins")
    if not hasattr(group, "ExceptionGroup"):
        pytest.skip("Python 3.10 has no exception groups")

    @ray.remote
    def several() -> None:
        raise ExceptionGroup("several", [ValueError("a"), KeyError("b")])  # noqa: F821

    with pytest.raises(exceptions.RayTaskError) as caught:
        ray.get(several.remote())
    assert [type(error) for error in caught.value.cause.exceptions] == [ValueError, KeyError]


def test_names_of_the_public_exceptions() -> None:
    names = [
        "ActorDiedError",
        "ActorUnavailableError",
        "GetTimeoutError",
        "ObjectLostError",
        "OutOfMemoryError",
        "RayActorError",
        "RayError",
        "RayTaskError",
        "RuntimeEnvSetupError",
        "TaskCancelledError",
        "WorkerCrashedError",
    ]
    for name in names:
        assert issubclass(getattr(exceptions, name), exceptions.RayError)
    assert issubclass(exceptions.GetTimeoutError, TimeoutError)
    assert issubclass(exceptions.ActorDiedError, exceptions.RayActorError)
