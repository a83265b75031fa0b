"""Absurd operations: each is refused before Ray sees it, quickly, and the next one is carried out."""

from __future__ import annotations

import math
import socket
import threading
import time
from typing import Any

import pytest

from ray_client_proto.sockets import MessageSocket
from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.operation_pb2 import (
    CallActor,
    FindActor,
    Get,
    Operation,
    QueryCluster,
    Release,
    ScheduleTask,
    Wait,
)
from ray_client_proto.wire import calls
from ray_client_server.driver import calls as driver_calls
from ray_client_server.driver.bounds import OBJECTS, RESULTS
from ray_client_server.driver.errors import TEXT_CHARACTERS, OperationError, refused


def double(number: int) -> int:
    return number * 2


class Many:
    def many(self) -> int:
        return 1

    many.__ray_num_returns__ = 10**9  # type: ignore[attr-defined]


def limit_of(failure: Failure) -> tuple[int, str, str]:
    return failure.code, failure.details["limit"], failure.details["value"]


def test_a_get_of_too_many_is_refused_once_and_counted_for_all(client: Any) -> None:
    reply = client.ask(get=Get(object_ids=[1] * (OBJECTS + 1)))
    assert limit_of(reply.failure) == (Failure.LIMIT_EXCEEDED, "objects", str(OBJECTS))
    assert client.skips == OBJECTS  # or the driver would take the others for unanswered
    assert client.get(client.put(5)) == 5


def test_a_wait_for_too_many_is_refused(client: Any) -> None:
    reply = client.ask(wait=Wait(object_ids=[1] * (OBJECTS + 1), timeout_s=-1))
    assert limit_of(reply.failure) == (Failure.LIMIT_EXCEEDED, "objects", str(OBJECTS))


def test_as_many_as_may_be_are_looked_for(client: Any) -> None:
    object_id = client.put(5)
    reply = client.ask(wait=Wait(object_ids=[object_id] * OBJECTS, num_returns=OBJECTS, timeout_s=-1))
    assert len(reply.ready.indexes) == OBJECTS


def test_a_call_of_its_own_is_bounded_too() -> None:
    ends = socket.socketpair()
    client, driver = (MessageSocket(end, is_client=end is ends[0], limit_bytes=1 << 24) for end in ends)
    service = driver_calls.CallService(None)  # type: ignore[arg-type]
    serving = threading.Thread(target=service.serve, args=(driver,))
    serving.start()
    client.post(calls.FORMS["GetObjects"] + Get(object_ids=[1] * (OBJECTS + 1)).SerializeToString())
    answer = client.receive()
    client.finish()
    serving.join(10)
    for end in (client, driver):
        end.close()
        end.release()
    assert answer is not None and answer[:1] == calls.FAILURE
    assert limit_of(Failure.FromString(answer[1:])) == (Failure.LIMIT_EXCEEDED, "objects", str(OBJECTS))


@pytest.mark.parametrize("asked", ["options", "ids"])
def test_a_call_with_too_many_results_never_reaches_ray(client: Any, port: Any, asked: str) -> None:
    digest = client.export(double)
    if asked == "options":
        invocation = client.invocation(4, num_returns=10**9)
    else:
        invocation = client.invocation(4, count=RESULTS + 1)
    begin = time.monotonic()
    reply = client.ask(schedule_task=ScheduleTask(function_digest=digest, invocation=invocation))
    assert time.monotonic() - begin < 5
    assert limit_of(reply.failure) == (Failure.LIMIT_EXCEEDED, "results", str(RESULTS))
    assert not port.bound
    assert client.get(invocation.result_ids[0]).code == Failure.LIMIT_EXCEEDED
    assert len(client.holdings.references) <= RESULTS
    assert client.get(client.call(digest, 4)[0]) == 8


@pytest.mark.parametrize("by", ["its class", "options"])
def test_a_method_with_too_many_results_never_reaches_ray(client: Any, by: str) -> None:
    actor_id = client.create(Many)
    options = {"num_returns": 10**9} if by == "options" else {}
    invocation = client.invocation(**options)
    reply = client.ask(call_actor=CallActor(actor_id=actor_id, method="many", invocation=invocation))
    assert limit_of(reply.failure) == (Failure.LIMIT_EXCEEDED, "results", str(RESULTS))


def test_a_time_that_is_none_is_refused(client: Any) -> None:
    waited = Wait(object_ids=[client.call(client.export(double), 1, later=True)[0]], timeout_s=math.nan)
    assert client.ask(wait=waited).failure.code == Failure.INVALID_ARGUMENT


@pytest.mark.parametrize("timeout_s", [-math.inf, -1e308, 0.0, 5e-324, math.inf, 1e308])
def test_any_other_time_is_taken(client: Any, timeout_s: float) -> None:
    reply = client.ask(wait=Wait(object_ids=[client.put(1)], timeout_s=timeout_s))
    assert list(reply.ready.indexes) == [0]


def test_counts_of_a_release_may_be_absurd(client: Any) -> None:
    object_id = client.put(5)
    assert client.ask(release=Release(ids=[object_id, 9, 9], counts=[2**64 - 1, 0, 1])).HasField("done")
    assert client.get(object_id).code == Failure.UNKNOWN_OBJECT


LONG = "x" * (4 << 20)


@pytest.mark.parametrize(
    "operation",
    [
        Operation(find_actor=FindActor(actor_id=77, name=LONG)),
        Operation(query_cluster=QueryCluster(query=LONG)),
        Operation(schedule_task=ScheduleTask(function_digest=LONG.encode())),
        Operation(call_actor=CallActor(method=LONG)),
    ],
    ids=lambda operation: operation.WhichOneof("kind"),
)
def test_a_failure_about_a_long_text_is_not_long(client: Any, operation: Operation) -> None:
    kind = operation.WhichOneof("kind")
    message = getattr(operation, str(kind))
    if kind in ("schedule_task", "call_actor"):
        message.invocation.CopyFrom(client.invocation())
        message.invocation.call_site = LONG
    reply = client.ask(**{str(kind): message})
    assert reply.HasField("failure")
    assert reply.ByteSize() < 4 * TEXT_CHARACTERS


def test_every_refusal_of_ours_is_bounded() -> None:
    error = refused(Failure.INVALID_ARGUMENT, LONG, what=LONG)
    assert isinstance(error, OperationError)
    assert error.failure.ByteSize() < 3 * TEXT_CHARACTERS
