"""Tables and constants of the wire: statuses, ids, versions, metadata, limits."""

from __future__ import annotations

import doctest
import pickle
from types import ModuleType

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ray_client_proto.v1 import session_pb2
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.wire import calls, errors, handshake, ids, limits, metadata, status


def test_m4_every_failure_code_has_a_status_that_grpc_knows() -> None:
    assert status.STATUS_BY_CODE.keys() == set(Failure.Code.values())
    assert set(status.STATUS_BY_CODE.values()) <= {known.name for known in grpc.StatusCode} - {"OK"}


def test_m4_no_failure_of_ours_looks_like_a_cut_or_a_missing_method() -> None:
    """gRPC gives these itself: a client must be able to tell a refusal from a broken connection."""
    assert not {"UNAVAILABLE", "UNIMPLEMENTED", "CANCELLED", "DEADLINE_EXCEEDED"} & set(status.STATUS_BY_CODE.values())


@pytest.mark.parametrize("module", [handshake, ids])
def test_examples_in_docstrings_hold(module: ModuleType) -> None:
    outcome = doctest.testmod(module)
    assert outcome.attempted > 0
    assert outcome.failed == 0


RANGES = st.tuples(st.integers(1, 9), st.integers(1, 9)).map(sorted).map(tuple)


@given(RANGES, RANGES)
def test_h1_the_newest_version_of_both_is_chosen(ours: tuple[int, int], theirs: tuple[int, int]) -> None:
    both = set(range(ours[0], ours[1] + 1)) & set(range(theirs[0], theirs[1] + 1))
    if both:
        assert handshake.choose_protocol(ours, theirs) == max(both)
    else:
        with pytest.raises(errors.IncompatibleVersionsError) as refused:
            handshake.choose_protocol(ours, theirs)
        assert (refused.value.ours, refused.value.theirs) == (ours, theirs)


@pytest.mark.parametrize(("ours", "theirs", "older"), [((1, 1), (2, 3), "this side"), ((2, 3), (1, 1), "the peer")])
def test_h2_the_refusal_says_who_has_to_upgrade(ours: tuple[int, int], theirs: tuple[int, int], older: str) -> None:
    assert str(errors.IncompatibleVersionsError(ours, theirs)).endswith(f"upgrade {older}")


def test_h1_only_capabilities_of_both_are_used() -> None:
    assert handshake.choose_capabilities(handshake.CAPABILITIES, ["unary", "time-travel", "bulk"]) == ["bulk", "unary"]


def test_i1_and_i2_the_two_sides_never_choose_the_same_id() -> None:
    next_client, next_driver = ids.client_ids(), ids.driver_ids()
    clients, drivers = [next_client() for _ in range(3)], [next_driver() for _ in range(3)]
    assert clients == [1, 2, 3]
    assert drivers == [2**63, 2**63 + 1, 2**63 + 2]
    assert all(map(ids.is_client_id, clients))
    assert not any(map(ids.is_client_id, [0, *drivers, ids.LAST]))


def test_m2_and_m4_binary_metadata_keys_end_as_grpc_demands() -> None:
    assert metadata.SESSION_SECRET.endswith("-bin")
    assert metadata.FAILURE.endswith("-bin")
    assert not metadata.SESSION_ID.endswith("-bin")


def test_limits_fit_into_each_other() -> None:
    assert limits.INLINE_BYTES < limits.FRAME_BYTES <= limits.CHUNK_BYTES < limits.MESSAGE_BYTES < limits.REPLAY_BYTES
    assert not 10001 <= limits.DEFAULT_PORT <= 19999


@pytest.mark.parametrize(
    "error",
    [
        errors.ProtocolError("D1: ..."),
        errors.IncompatibleVersionsError((1, 1), (2, 2)),
        errors.StrayTokenError("..."),
    ],
)
def test_errors_survive_pickling(error: errors.WireError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))


def test_o9_each_unary_form_has_a_byte_of_its_own() -> None:
    methods = session_pb2.DESCRIPTOR.services_by_name["Session"].methods
    unary = {method.name for method in methods if not (method.client_streaming or method.server_streaming)}
    assert set(calls.FORMS) == unary - {"GetUploadStatus"}  # which a lane answers
    assert len({*calls.FORMS.values()}) == len(calls.FORMS) and calls.REPLIES != calls.FAILURE
