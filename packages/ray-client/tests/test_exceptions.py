"""Ray's exceptions as this package mirrors them."""

from __future__ import annotations

import builtins
import pickle
import sys
from collections.abc import Iterator

import pytest

from ray_client import exceptions
from ray_client.rebuilding import rebuild

#: Every class of `ray.exceptions` in Ray 2.60, with its bases. The conformance suite compares with the real ones.
BASES = {
    "RayError": "Exception",
    "CrossLanguageError": "RayError",
    "TaskCancelledError": "RayError",
    "RayTaskError": "RayError",
    "LocalRayletDiedError": "RayError",
    "WorkerCrashedError": "RayError",
    "RayActorError": "RayError",
    "ActorDiedError": "RayActorError",
    "ActorUnavailableError": "RayActorError",
    "RaySystemError": "RayError",
    "AuthenticationError": "RayError",
    "UserCodeException": "RayError",
    "ObjectStoreFullError": "RayError",
    "OutOfDiskError": "RayError",
    "OutOfMemoryError": "RayError",
    "NodeDiedError": "RayError",
    "ObjectLostError": "RayError",
    "ObjectFetchTimedOutError": "ObjectLostError",
    "RpcError": "RayError",
    "ReferenceCountingAssertionError": "ObjectLostError AssertionError",
    "ObjectFreedError": "ObjectLostError",
    "OwnerDiedError": "ObjectLostError",
    "ObjectReconstructionFailedError": "ObjectLostError",
    "GetTimeoutError": "RayError TimeoutError",
    "PlasmaObjectNotAvailable": "RayError",
    "AsyncioActorExit": "RayError",
    "RuntimeEnvSetupError": "RayError",
    "TaskPlacementGroupRemoved": "RayError",
    "ActorPlacementGroupRemoved": "RayError",
    "PendingCallsLimitExceeded": "RayError",
    "TaskUnschedulableError": "RayError",
    "ActorUnschedulableError": "RayError",
    "ObjectRefStreamEndOfStreamError": "RayError",
    "StreamingGeneratorReplayInconsistentError": "RaySystemError",
    "OufOfBandObjectRefSerializationException": "RayError",
    "RayChannelError": "RaySystemError",
    "RayChannelTimeoutError": "RayChannelError TimeoutError",
    "RayCgraphCapacityExceeded": "RaySystemError",
    "RayDirectTransportError": "RaySystemError",
    "UnserializableException": "RayError",
    "ActorAlreadyExistsError": "ValueError RayError",
    "ActorHandleNotFoundError": "ValueError RayError",
}


def bases_of(cls: type) -> str:
    """Give the bases of a class as Ray has them: ours has one more, which is private, between some and `RayError`."""
    return " ".join(
        exceptions.RayError.__name__ if base.__name__[0] == "_" else base.__name__ for base in cls.__bases__
    )


def test_names_and_bases_are_those_of_ray() -> None:
    ours = {
        name: bases_of(cls)
        for name, cls in vars(exceptions).items()
        if isinstance(cls, type) and issubclass(cls, BaseException) and not name.startswith("_")
    }
    assert ours == BASES


@pytest.mark.parametrize("name", sorted(BASES))
def test_a_rebuilt_error_says_what_ray_said_and_survives_pickling(name: str) -> None:
    fields = {"actor_id": "ab" * 16, "object_ref_hex": "cd" * 28, "pid": "7", "preempted": "True"}
    error = rebuild(f"ray.exceptions.{name}", "what Ray said", fields)
    assert type(error) is getattr(exceptions, name)
    assert str(error) == "what Ray said"
    copy = pickle.loads(pickle.dumps(error))
    assert str(copy) == "what Ray said"
    assert isinstance(copy, type(error)) or name == "CrossLanguageError"


def test_fields_are_there_again() -> None:
    error = rebuild("ray.exceptions.ActorDiedError", "dead", {"actor_id": "abcd", "preempted": "False"})
    assert isinstance(error, exceptions.ActorDiedError)
    assert (error.actor_id, error.preempted, error.error_msg, error.args) == ("abcd", False, "dead", ())
    unavailable = rebuild("ray.exceptions.ActorUnavailableError", "away", {"actor_id": "not hex"})
    assert isinstance(unavailable, exceptions.ActorUnavailableError)
    lost = rebuild("ray.exceptions.OwnerDiedError", "lost", {"object_ref_hex": "ee"})
    assert isinstance(lost, exceptions.ObjectLostError) and lost.object_ref_hex == "ee"
    setup = rebuild("ray.exceptions.RuntimeEnvSetupError", "Failed to set up runtime environment.\npip", {})
    assert isinstance(setup, exceptions.RuntimeEnvSetupError) and vars(setup)["error_message"] == "pip"


@pytest.mark.parametrize(
    ("type_name", "expected"),
    [
        ("builtins.ValueError", ValueError("x")),
        ("builtins.UnicodeDecodeError", exceptions.RayError("builtins.UnicodeDecodeError: x")),
        ("ray.exceptions.FromTheFuture", exceptions.RayError("ray.exceptions.FromTheFuture: x")),
        ("ray.no.such.Module", exceptions.RayError("ray.no.such.Module: x")),
        ("builtins.print", exceptions.RayError("builtins.print: x")),
        ("not.imported.Error", exceptions.RayError("not.imported.Error: x")),
        ("", exceptions.RayError("x")),
    ],
)
def test_other_types_are_found_or_named(type_name: str, expected: Exception) -> None:
    error = rebuild(type_name, "x", {})
    assert (type(error), str(error)) == (type(expected), str(expected))


class WithCodeError(Exception):
    code = 0

    def __init__(self, code: int) -> None:
        super().__init__("with code")
        self.code = code


class SlottedError(Exception):
    __slots__ = ("size",)

    def __init__(self) -> None:
        self.size = 3


class PickyError(Exception):
    def __new__(cls, *, name: str) -> PickyError:
        return super().__new__(cls, name)

    def __init__(self, *, name: str) -> None:
        self.name = name

    @property
    def args(self) -> tuple[object, ...]:  # type: ignore[override]
        return ("mine",)


class FinalError(Exception):
    def __init_subclass__(cls) -> None:
        raise TypeError("cannot be subclassed")


def task_error(cause: BaseException | None) -> exceptions.RayTaskError:
    return exceptions.RayTaskError("f", "Traceback (most recent call last):\n  boom", cause, "ray::f", 7, "10.0.0.1")


def causes() -> Iterator[BaseException]:
    yield from (ValueError("x"), KeyError("k"), FileNotFoundError(2, "no", "f"), StopIteration(4), SystemExit(3))
    yield from (
        UnicodeDecodeError("utf8", b"a", 0, 1, "r"),
        exceptions.WorkerCrashedError(),
        WithCodeError(5),
        SlottedError(),
    )
    if sys.version_info >= (3, 11):
        yield builtins.ExceptionGroup("group", [ValueError(1)])


@pytest.mark.parametrize("cause", list(causes()), ids=lambda cause: type(cause).__name__)
def test_a_task_error_is_of_its_cause_s_class_too(cause: BaseException) -> None:
    error = task_error(cause).as_instanceof_cause()
    assert isinstance(error, exceptions.RayTaskError)
    assert isinstance(error, type(cause))
    assert type(error).__name__ == f"RayTaskError({type(cause).__name__})"
    assert str(error) == "ray::f() (pid=7, ip=10.0.0.1)\n  boom"
    assert error.cause is cause and error.args == (cause,)
    assert error.as_instanceof_cause() is error
    assert error.with_traceback(None) is error
    hash(error)


def test_the_cause_s_attributes_are_there() -> None:
    missing = task_error(FileNotFoundError(2, "no", "f")).as_instanceof_cause()
    assert isinstance(missing, OSError)
    assert (missing.errno, missing.filename) == (2, "f")
    coded = task_error(WithCodeError(5)).as_instanceof_cause()
    assert isinstance(coded, WithCodeError) and coded.code == 5
    slotted = task_error(SlottedError()).as_instanceof_cause()
    assert isinstance(slotted, SlottedError) and slotted.size == 3


def test_a_dual_error_survives_pickling() -> None:
    error = task_error(ValueError("x")).as_instanceof_cause()
    copy = pickle.loads(pickle.dumps(error))
    assert isinstance(copy, ValueError) and isinstance(copy, exceptions.RayTaskError)
    assert str(copy) == str(error)


@pytest.mark.parametrize("cause", [FinalError(), PickyError(name="n"), Exception("x"), None], ids=repr)
def test_what_cannot_be_combined_stays_a_task_error(cause: BaseException | None) -> None:
    error = task_error(cause)
    dual = error.as_instanceof_cause()
    assert type(dual) is exceptions.RayTaskError or isinstance(dual, PickyError)
    assert dual.cause is cause


def test_an_actor_whose_constructor_raised() -> None:
    died = exceptions.ActorDiedError.from_task_error(task_error(ValueError("x")))
    assert died.actor_init_failed
    assert "boom" in str(died)
