"""Ids: what they say of themselves, and that they cross the wire as ids."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.api import ray

RANDOM = ("NodeID", "WorkerID", "UniqueID", "FunctionID", "ActorClassID", "ClusterID", "PlacementGroupID")
ALL = (*RANDOM, "JobID", "TaskID", "ActorID")


@ray.remote
def same(value: Any) -> Any:
    return value


@ray.remote
def describe(value: Any) -> tuple[str, str, bool]:
    return type(value).__name__, value.hex(), value.is_nil()


@pytest.mark.parametrize("name", ALL)
def test_nil_is_nil(name: str) -> None:
    cls = getattr(ray, name)
    assert cls.nil().is_nil()
    assert cls.nil().binary() == b"\xff" * cls.size()
    assert repr(cls.nil()) == f"{name}({'ff' * cls.size()})"


@pytest.mark.parametrize("name", RANDOM)
def test_a_random_id_is_its_hex_and_its_binary(name: str) -> None:
    cls = getattr(ray, name)
    made = cls.from_random()
    assert not made.is_nil()
    assert cls.from_binary(made.binary()) == made
    assert cls(made.binary()) == made
    assert hash(cls(made.binary())) == hash(made)
    assert made != cls.from_random()
    assert len(made.binary()) == cls.size()


@pytest.mark.parametrize("name", [name for name in ALL if name != "UniqueID"])  # which Ray leaves abstract there
def test_an_id_is_made_of_hex_digits(name: str) -> None:
    cls = getattr(ray, name)
    assert cls.from_hex("ab" * cls.size()) == cls(b"\xab" * cls.size())


def test_ids_of_different_types_differ() -> None:
    node = ray.NodeID.from_random()
    assert node != ray.WorkerID(node.binary())


@pytest.mark.parametrize("name", ALL)
def test_an_id_crosses_in_both_directions(name: str) -> None:
    cls = getattr(ray, name)
    made = cls(bytes(range(cls.size())))
    assert ray.get(describe.remote(made)) == (name, made.hex(), False)
    assert ray.get(same.remote(made)) == made
    assert type(ray.get(same.remote([made]))[0]) is cls


@pytest.mark.parametrize(("argument", "error"), [(b"x", ValueError), ("x", TypeError), (b"1" * 29, ValueError)])
def test_wrong_bytes_are_refused(argument: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        ray.NodeID(argument)


def test_a_job_id_is_a_number() -> None:
    assert ray.JobID.from_int(3).hex() == "03000000"
    assert ray.JobID.from_int(258).int() == 258


def test_the_ids_of_a_task_hang_together() -> None:
    ref = same.remote(1)
    assert isinstance(ref.task_id(), ray.TaskID)
    assert ref.task_id().job_id() == ref.job_id()
    assert ref.job_id().hex() == ray.get_runtime_context().get_job_id()
    assert isinstance(ref, ray.ObjectID)


def test_the_ids_of_an_actor_hang_together() -> None:
    @ray.remote
    class Actor:
        def own_id(self) -> str:
            return ray.get_runtime_context().get_actor_id()

    actor = Actor.remote()
    assert actor._actor_id.hex() == ray.get(actor.own_id.remote())
    assert actor._actor_id.job_id.hex() == ray.get_runtime_context().get_job_id()


def test_languages() -> None:
    assert repr(ray.Language.PYTHON) == "PYTHON"
    assert ray.Language.PYTHON == ray.Language.PYTHON
    assert ray.Language.PYTHON != ray.Language.JAVA
    assert [one.value() for one in (ray.Language.PYTHON, ray.Language.JAVA, ray.Language.CPP)] == [0, 1, 2]


def test_the_modes() -> None:
    assert (ray.SCRIPT_MODE, ray.WORKER_MODE) == (0, 1)
