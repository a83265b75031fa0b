"""The session's reference table (rules I1, I2, I4, O1 and R1 to R4)."""

from __future__ import annotations

import gc
import weakref

import pytest

from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.wire.ids import DRIVER_FIRST
from ray_client_server.driver.errors import FailedObjectError, OperationError
from ray_client_server.driver.references import Kind, References


class Thing:
    pass


@pytest.fixture
def references() -> References:
    return References()


def test_i2_an_object_is_always_handed_out_under_its_id(references: References) -> None:
    references.name(5, Kind.OBJECT, Thing(), b"a")
    assert references.hand_out(Kind.OBJECT, Thing(), b"a") == 5
    other = references.hand_out(Kind.OBJECT, Thing(), b"b")
    assert other >= DRIVER_FIRST
    assert references.hand_out(Kind.OBJECT, Thing(), b"b") == other


def test_i2_an_object_and_an_actor_with_equal_bytes_are_two(references: References) -> None:
    references.name(5, Kind.OBJECT, Thing(), b"a")
    assert references.hand_out(Kind.ACTOR, Thing(), b"a") != 5


@pytest.mark.parametrize("handle_id", [0, DRIVER_FIRST])
def test_i1_a_client_names_its_own_half_only(references: References, handle_id: int) -> None:
    with pytest.raises(OperationError, match="I1"):
        references.name(handle_id, Kind.OBJECT, Thing(), b"a")


def test_i4_an_id_is_named_once(references: References) -> None:
    references.name(5, Kind.OBJECT, Thing(), b"a")
    with pytest.raises(OperationError, match="I4"):
        references.name(5, Kind.OBJECT, Thing(), b"b")


def test_r2_a_release_that_crosses_a_result_drops_nothing(references: References) -> None:
    references.name(5, Kind.OBJECT, Thing(), b"a")
    assert references.hand_out(Kind.OBJECT, Thing(), b"a") == 5  # on its way to the client
    references.release(5, 1)  # on its way from the client
    references.get(5)
    references.release(5, 1)
    with pytest.raises(OperationError) as caught:
        references.get(5)
    assert caught.value.failure.code == Failure.UNKNOWN_OBJECT


def test_r2_the_last_release_lets_go_of_rays_object(references: References) -> None:
    thing = Thing()
    gone = weakref.ref(thing)
    references.name(5, Kind.OBJECT, thing, b"a")
    del thing
    references.release(5, 3)
    gc.collect()
    assert gone() is None and len(references) == 0
    assert references.hand_out(Kind.OBJECT, Thing(), b"a") != 5  # I4


def test_a_release_of_an_unknown_id_is_passed_over(references: References) -> None:
    references.release(99, 1)


def test_a_second_name_for_an_actor_leaves_it_the_first(references: References) -> None:
    actor = Thing()
    references.name(5, Kind.ACTOR, actor, b"a")
    references.name(6, Kind.ACTOR, actor, b"a")
    assert references.get(6).target is actor
    assert references.name_or_count(7, Kind.ACTOR, actor, b"a") == 5
    references.release(5, 1)
    references.release(6, 1)
    assert references.hand_out(Kind.ACTOR, actor, b"a") == 5


def test_o1_a_failed_entry_gives_its_failure(references: References) -> None:
    failure = Failure(code=Failure.RAY_ERROR, message="no")
    references.name(4, Kind.OBJECT, Thing(), b"a")
    references.fail([4, 5, 0], failure)
    assert references.get(4).kind is Kind.OBJECT
    assert references.get(5).kind is Kind.FAILED
    with pytest.raises(FailedObjectError) as caught:
        references.get(5, Kind.OBJECT)
    assert caught.value.failure is failure


def test_an_id_of_another_kind_is_refused(references: References) -> None:
    references.name(5, Kind.ACTOR, Thing(), b"a")
    with pytest.raises(OperationError, match="actor, not object or generator"):
        references.get(5, Kind.OBJECT, Kind.GENERATOR)


def test_r4_clear_lets_go_of_everything(references: References) -> None:
    references.name(5, Kind.OBJECT, Thing(), b"a")
    references.clear()
    assert len(references) == 0
