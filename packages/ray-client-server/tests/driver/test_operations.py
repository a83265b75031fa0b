"""What each kind of operation does, against a small Ray (rules O1 to O5, D7)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.operation_pb2 import (
    CancelTask,
    CreateActor,
    FindActor,
    Get,
    Identify,
    KillActor,
    Operation,
    Put,
    QueryCluster,
    Release,
    TakeNext,
    Wait,
)
from ray_client_proto.v1.payload_pb2 import Payload
from ray_client_server.driver import dispatch
from ray_client_server.driver.answer import Answer
from ray_client_server.driver.handlers import objects


def double(number: int) -> int:
    return number * 2


def refuse(text: str) -> None:
    raise ValueError(text)


def count_to(number: int) -> list[int]:
    return list(range(number))


class Counter:
    def __init__(self, start: int) -> None:
        self.total = start

    def add(self, number: int) -> int:
        self.total += number
        return self.total

    def me(self, handle: Any) -> Any:
        return [handle, handle]


def test_a_pending_id_can_be_passed_on_at_once(client: Any, driving: Any) -> None:
    digest = client.export(double)
    (first,) = client.call(digest, 4)
    (second,) = client.call(digest, driving.Token("object_ref", first))
    assert client.get(second) == 16


def test_o2_each_object_is_answered_as_it_becomes_ready(client: Any, port: Any) -> None:
    digest = client.export(double)
    (late,) = client.call(digest, 1, later=True)
    early = client.put("early")
    request_id = client.begin(get=Get(object_ids=[late, early, 999]))
    answers = [client.replies.get(timeout=10) for _ in range(2)]
    port.pending[0].resolve("late")
    answers.append(client.replies.get(timeout=10))
    assert {reply.index: reply.WhichOneof("outcome") for reply in answers} == {0: "value", 1: "value", 2: "failure"}
    assert answers[-1].index == 0 and {reply.request_id for reply in answers} == {request_id}


def test_o2_many_objects_are_answered_whether_ready_or_not(client: Any, port: Any) -> None:
    digest = client.export(double)
    late = [client.call(digest, 1, later=True)[0] for _ in range(20)]
    ready = [client.call(digest, number)[0] for number in range(200)]
    client.begin(get=Get(object_ids=[*late, *ready, *ready]))
    answers = {client.replies.get(timeout=10).index for _ in range(400)}
    assert answers == set(range(20, 420))
    for ref in port.pending:
        ref.resolve([1])
    assert {client.replies.get(timeout=10).index for _ in range(20)} == set(range(20))


def test_an_object_that_was_lost_is_answered_when_it_is_back(client: Any, holdings: Any) -> None:
    object_id = client.put("value" * 1000)
    ref = holdings.references.get(object_id).target
    ref.is_ready = False
    client.begin(get=Get(object_ids=[object_id]))
    assert client.replies.empty()
    ref.resolve("value")
    assert client.replies.get(timeout=10).HasField("value")


def test_o2_every_object_is_answered_whatever_ray_refuses(client: Any, port: Any, monkeypatch: Any) -> None:
    digest = client.export(double)
    ids = [client.call(digest, "value" * 1000)[0] for _ in range(20)]

    def refuse_all(*_: Any) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(port, "wait", refuse_all)
    client.begin(get=Get(object_ids=ids))
    assert {client.replies.get(timeout=10).index for _ in ids} == set(range(20))
    monkeypatch.setattr(port, "get_now", refuse_all)
    client.begin(get=Get(object_ids=ids))
    assert {client.replies.get(timeout=10).index for _ in ids} == set(range(20))
    monkeypatch.setattr(port, "on_ready", refuse_all)
    client.begin(get=Get(object_ids=ids))
    replies = [client.replies.get(timeout=10) for _ in ids]
    assert {(reply.index, reply.failure.type_name) for reply in replies} == {
        (index, "builtins.RuntimeError") for index in range(20)
    }


def test_o2_a_forgotten_answer_is_not_sent(client: Any, port: Any) -> None:
    (late,) = client.call(client.export(double), 1, later=True)
    client.forgotten.add(client.begin(get=Get(object_ids=[late])))
    port.pending[0].resolve("a value")
    assert client.skipped.wait(10)
    assert client.replies.empty()


def test_o2_what_is_asked_for_and_forgotten_again_and_again_leaves_one_callback(client: Any, port: Any) -> None:
    (late,) = client.call(client.export(double), 1, later=True)
    for _ in range(20):
        client.forgotten.add(client.begin(get=Get(object_ids=[late])))
    wanted = client.begin(get=Get(object_ids=[late]))
    assert len(port.pending[0].callbacks) == 1
    port.pending[0].resolve("a value")
    reply = client.replies.get(timeout=10)
    assert reply.request_id == wanted and client.value_of(reply.value) == "a value"
    assert client.replies.empty() and client.skips == 20


def test_o2_a_forgotten_wait_ends(client: Any, holdings: Any) -> None:
    (never,) = client.call(client.export(double), 1, later=True)
    waiting = client.begin(wait=Wait(object_ids=[never], num_returns=1, timeout_s=-1))
    assert not client.skipped.wait(0.05)
    client.forgotten.add(waiting)
    assert client.skipped.wait(10)
    assert client.replies.empty()


def test_o1_a_call_that_cannot_be_made_fails_its_results(client: Any, driving: Any) -> None:
    digest = client.export(double)
    (failed,) = client.call(digest, 1, bad=1)
    failure = client.get(failed)
    assert (failure.code, failure.type_name) == (Failure.RAY_ERROR, "builtins.ValueError")
    assert "a.py:3 in f" in failure.message
    (next_one,) = client.call(digest, driving.Token("object_ref", failed))
    assert client.get(next_one).message.startswith(failure.message)


def test_o1_a_call_of_what_was_never_exported_fails(client: Any) -> None:
    (failed,) = client.call(b"nothing", 1)
    assert client.get(failed).code == Failure.PROTOCOL_VIOLATION


def test_o1_a_put_that_fails_makes_a_failed_object(client: Any, driving: Any) -> None:
    ref = client.put(1)
    failed = client.put(driving.Token("object_ref", ref))
    assert "not allowed" in client.get(failed).message
    assert client.ask(wait=Wait(object_ids=[failed], num_returns=1, timeout_s=-1)).ready.indexes == [0]


def test_ray_is_not_asked_for_a_small_value_that_the_driver_has_seen(
    client: Any, holdings: Any, port: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, large = client.put("small"), client.put("large" * 1000)
    (late,) = client.call(client.export(double), 1, later=True)
    asked = client.begin(get=Get(object_ids=[late]))
    port.pending[0].resolve(2)
    assert client.replies.get(timeout=10).request_id == asked
    asked_for: list[object] = []
    monkeypatch.setattr(holdings.port, "get_now", lambda refs: asked_for.extend(refs) or [ref.result for ref in refs])
    assert [client.get(ref) for ref in (small, large, late)] == ["small", "large" * 1000, 2]
    assert len(asked_for) == 1


def test_a_large_put_holds_up_only_what_names_its_object(
    client: Any, holdings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "_LARGE_BYTES", 1)
    may_store, store = threading.Event(), holdings.port.put

    def put(value: object) -> object:
        if value == "large":
            assert may_store.wait(10)
        return store(value)

    monkeypatch.setattr(holdings.port, "put", put)
    large = client.put("large", is_uploaded=True)
    other = client.put(5)
    assert client.get(other) == 5
    get = client.begin(get=Get(object_ids=[large]))
    wait = client.begin(wait=Wait(object_ids=[large, other], num_returns=2, timeout_s=-1))
    assert client.get(other) == 5
    may_store.set()
    replies = {client.replies.get(timeout=10).request_id for _ in range(2)}
    assert replies == {get, wait}
    client.do(release=Release(ids=[large, other], counts=[1, 1]))
    assert len(holdings.references) == 0


def test_d7_what_was_asked_for_is_answered_though_the_client_lets_go_of_it_next(
    client: Any, holdings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "_LARGE_BYTES", 1)
    may_store, store = threading.Event(), holdings.port.put

    def put(value: object) -> object:
        if value == "large":
            assert may_store.wait(10)
        return store(value)

    monkeypatch.setattr(holdings.port, "put", put)
    large, other = client.put("large", is_uploaded=True), client.put("other")
    # More than there are threads for: some have not begun when the ids are released.
    asked = {client.begin(wait=Wait(object_ids=[large, other], num_returns=2, timeout_s=-1)) for _ in range(10)}
    client.do(release=Release(ids=[large, other], counts=[1, 1]))
    may_store.set()
    replies = [client.replies.get(timeout=10) for _ in asked]
    assert {reply.request_id for reply in replies} == asked
    assert [list(reply.ready.indexes) for reply in replies] == [[0, 1]] * 10
    holdings.aside.shutdown(wait=True)
    assert len(holdings.references) == 0


def test_a_large_put_that_fails_or_was_released_leaves_nothing(
    client: Any, holdings: Any, driving: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "_LARGE_BYTES", 1)
    inner = client.put(1)
    failed = client.put(driving.Token("object_ref", inner), is_uploaded=True)
    assert "not allowed" in client.get(failed).message
    released = client.put("large", is_uploaded=True)
    client.do(release=Release(ids=[released, failed, inner], counts=[1, 1, 1]))
    holdings.puts.submit(int).result(10)  # it has been stored by now
    assert len(holdings.references) == 0


class Raises:
    """Raises where it is unpickled."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __reduce__(self) -> Any:
        return raise_it, (self.error,)


def raise_it(error: BaseException) -> None:
    raise error


class RaisesThere:
    """Raises where it is pickled again."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __reduce__(self) -> Any:
        if threading.current_thread() is not threading.main_thread():
            raise self.error
        return RaisesThere, (self.error,)


class OddError(Exception):
    """Raises wherever it is looked at."""

    def __str__(self) -> str:
        raise SystemExit(3)

    @property
    def pid(self) -> int:
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    "error",
    [
        *(kind("no") for kind in (SystemExit, KeyboardInterrupt, GeneratorExit, RecursionError, MemoryError, OddError)),
        ValueError("a lone surrogate: \udc80"),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("where", [Raises, RaisesThere])
def test_whatever_a_value_raises_fails_its_operation_alone(client: Any, error: BaseException, where: Any) -> None:
    failed = client.put(where(error))
    failure = client.get(failed)
    assert type(error).__name__ in failure.message or "recursion" in failure.message
    (also_failed,) = client.call(client.export(double), where(error))
    assert client.get(also_failed).message
    assert client.get(client.put(5)) == 5


def test_an_error_of_the_users_comes_with_its_cause(client: Any, driving: Any) -> None:
    (failed,) = client.call(client.export(refuse), "no")
    failure = client.get(failed)
    assert (failure.code, failure.type_name) == (Failure.TASK_ERROR, "builtins.ValueError")
    assert repr(driving.value_of(failure.cause)) == "ValueError('no')"
    assert (failure.traceback, failure.details["pid"]) == ("Traceback: here", "7")


def test_results_are_counted_against_the_names_the_client_gave(client: Any) -> None:
    digest = client.export(count_to)
    assert [client.get(ref) for ref in client.call(digest, 2, count=2, num_returns=2)] == [0, 1]
    assert client.call(digest, 0, count=0, num_returns=0) == []
    wrong = client.call(digest, 2, count=3, num_returns=2)
    assert "has 2 results on the cluster, and the client named 3" in client.get(wrong[2]).message


def test_an_actor_is_created_called_described_and_handed_out(client: Any, driving: Any) -> None:
    actor_id = client.create(Counter, 10)
    assert client.get(client.call_actor(actor_id, "add", 5)) == 15
    handle = driving.Token("actor_handle", actor_id, "Counter", ())
    back = client.get(client.call_actor(actor_id, "me", handle))
    described = driving.Token("actor_handle", actor_id, "Counter", (("add", 1, False), ("me", 1, False)))
    assert back == [described, described] and back[0] is back[1]


def test_a_created_actor_is_answered_if_asked(client: Any) -> None:
    create = CreateActor(class_digest=client.export(Counter), invocation=client.invocation(1))
    reply = client.ask(create_actor=create)
    assert (reply.actor.class_name, [method.name for method in reply.actor.methods]) == ("Counter", ["add", "me"])
    failure = client.ask(create_actor=CreateActor(class_digest=b"?", invocation=client.invocation(1))).failure
    assert failure.code == Failure.PROTOCOL_VIOLATION


def test_a_method_of_a_failed_actor_fails_with_its_failure(client: Any) -> None:
    create = CreateActor(class_digest=b"?", invocation=client.invocation(1))
    client.do(create_actor=create)
    failure = client.get(client.call_actor(create.invocation.result_ids[0], "add", 1))
    assert "nothing was exported" in failure.message


def test_an_actor_is_found_by_name(client: Any, port: Any, holdings: Any) -> None:
    actor_id = client.create(Counter, 1)
    found = client.new_id()
    port.named["counter"] = type(holdings.references.get(actor_id).target)(Counter(5))
    assert client.ask(find_actor=FindActor(actor_id=found, name="counter")).actor.actor_id == found
    assert client.get(client.call_actor(found, "add", 1)) == 6


def test_i2_an_actor_that_has_an_id_is_found_under_it(client: Any, port: Any, holdings: Any) -> None:
    actor_id = client.create(Counter, 1)
    port.named["counter"] = holdings.references.get(actor_id).target
    assert client.ask(find_actor=FindActor(actor_id=client.new_id(), name="counter")).actor.actor_id == actor_id
    assert holdings.references.get(actor_id).count == 2


def test_an_actor_that_is_not_there_is_not_found(client: Any) -> None:
    missing = client.ask(find_actor=FindActor(actor_id=client.new_id(), name="other")).failure
    assert missing.type_name == "builtins.ValueError"


def test_kill_and_cancel_reach_ray(client: Any, port: Any, holdings: Any) -> None:
    actor_id, ref = client.create(Counter, 1), client.put(1)
    client.do(kill_actor=KillActor(actor_id=actor_id, no_restart=True))
    client.do(cancel_task=CancelTask(object_id=ref, force=True, recursive=True))
    assert port.killed == [(holdings.references.get(actor_id).target, True)]
    assert port.cancelled == [(holdings.references.get(ref).target, True, True)]
    assert "kill" in client.ask(cancel_task=CancelTask(object_id=actor_id)).failure.message


def test_wait_answers_when_enough_are_ready(client: Any, port: Any) -> None:
    digest = client.export(double)
    (late,) = client.call(digest, 1, later=True)
    early = client.put(1)
    assert client.ask(wait=Wait(object_ids=[late, early], num_returns=1, timeout_s=-1)).ready.indexes == [1]
    assert client.ask(wait=Wait(object_ids=[late, early], num_returns=2, timeout_s=0)).ready.indexes == [1]
    client.begin(wait=Wait(object_ids=[late, early], num_returns=2, timeout_s=-1))
    port.pending[0].resolve(2)
    assert client.replies.get(timeout=10).ready.indexes == [0, 1]


def test_d7_waits_that_never_end_hold_up_no_other(client: Any, port: Any) -> None:
    digest = client.export(double)
    never, late = client.call(digest, 1, later=True) + client.call(digest, 1, later=True)
    for _ in range(40):
        client.begin(wait=Wait(object_ids=[never], num_returns=1, timeout_s=-1))
    last = client.begin(wait=Wait(object_ids=[late], num_returns=1, timeout_s=-1))
    port.pending[1].resolve(2)
    assert client.replies.get(timeout=10).request_id == last


def test_a_wait_for_an_unknown_object_is_refused(client: Any) -> None:
    assert client.ask(wait=Wait(object_ids=[77], num_returns=1)).failure.code == Failure.UNKNOWN_OBJECT


def test_a_wait_for_a_stream_is_over_with_its_next_object(client: Any, holdings: Any) -> None:
    (stream,) = client.call(client.export(count_to), 1, num_returns="streaming")
    wait = Wait(object_ids=[stream], num_returns=1, timeout_s=0)
    assert client.ask(wait=wait).ready.indexes == []
    holdings.references.get(stream).target.is_ready = True
    assert client.ask(wait=wait).ready.indexes == [0]
    name = client.new_id()
    assert client.ask(take_next=TakeNext(generator_id=stream, object_id=name)).HasField("done")
    assert client.get(name) == 0


def test_a_stream_that_is_let_go_of_serves_nobody(client: Any, port: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[Callable[[], None]] = []
    monkeypatch.setattr(port, "on_next", lambda _generator, callback: kept.append(callback))
    (stream,) = client.call(client.export(count_to), 1, num_returns="streaming")
    waiting = client.begin(take_next=TakeNext(generator_id=stream, object_id=client.new_id()))
    client.do(release=Release(ids=[stream], counts=[1]))
    reply = client.replies.get(timeout=10)
    assert (reply.request_id, reply.failure.code) == (waiting, Failure.END_OF_STREAM)
    kept[0]()  # Ray may call late; nobody is there
    assert client.get(client.put(1)) == 1
    assert client.replies.empty()


def test_all_who_wait_for_a_stream_that_ray_refuses_are_answered(
    client: Any, port: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Callable[[], None]] = []
    monkeypatch.setattr(port, "on_next", lambda _generator, callback: kept.append(callback))
    (stream,) = client.call(client.export(count_to), 1, num_returns="streaming")
    ask = [client.begin(take_next=TakeNext(generator_id=stream, object_id=client.new_id())) for _ in range(3)]

    def refuse(_generator: Any, _callback: Any) -> None:
        raise RuntimeError("Ray is gone")

    monkeypatch.setattr(port, "on_next", refuse)
    kept[0]()
    replies = [client.replies.get(timeout=10) for _ in ask]
    assert [(reply.request_id, reply.WhichOneof("outcome")) for reply in replies] == list(
        zip(ask, ["done", "failure", "failure"], strict=True)
    )


@pytest.mark.parametrize("is_ready", [False, True])
def test_d7_next_objects_come_in_the_order_of_the_requests(client: Any, holdings: Any, is_ready: bool) -> None:
    (stream,) = client.call(client.export(count_to), 3, num_returns="streaming")
    holdings.references.get(stream).target.is_ready = is_ready
    names = [client.new_id() for _ in range(5)]
    requests = [client.begin(take_next=TakeNext(generator_id=stream, object_id=name)) for name in names]
    replies = [client.replies.get(timeout=10) for _ in names]
    assert [reply.request_id for reply in replies] == requests
    assert [reply.WhichOneof("outcome") for reply in replies] == ["done"] * 3 + ["failure"] * 2
    assert replies[-1].failure.code == Failure.END_OF_STREAM
    assert [client.get(name) for name in names[:3]] == [0, 1, 2]


def test_identify_gives_rays_own_ids(client: Any, holdings: Any) -> None:
    ref, actor_id = client.put(1), client.create(Counter, 1)
    assert client.ask(identify=Identify(id=ref)).identity.binary == holdings.references.get(ref).target.key
    assert client.ask(identify=Identify(id=actor_id)).identity.task_id == b""


def test_o5_queries(client: Any, driving: Any) -> None:
    assert driving.value_of(client.ask(query_cluster=QueryCluster(query="nodes")).value) == ["n1"]
    asked = QueryCluster(query="named_actors", arguments=driving.payload({"all_namespaces": True}))
    assert driving.value_of(client.ask(query_cluster=asked).value) == ([], True)
    failure = client.ask(query_cluster=QueryCluster(query="secrets")).failure
    assert failure.code == Failure.INVALID_ARGUMENT and "named_actors, nodes" in failure.message
    wrong = QueryCluster(query="nodes", arguments=driving.payload({"x": 1}))
    assert client.ask(query_cluster=wrong).failure.type_name == "builtins.TypeError"


def test_put_without_an_id_lets_the_driver_choose(client: Any, driving: Any) -> None:
    value = client.ask(put=Put(value=driving.payload(5))).value
    assert client.get(value.counted_ids[0]) == 5


def test_release_drops_the_object_and_checks_its_lists(client: Any, holdings: Any) -> None:
    ref = client.put(1)
    client.do(release=Release(ids=[ref], counts=[1]))
    assert len(holdings.references) == 0
    assert client.ask(release=Release(ids=[1, 2], counts=[1])).failure.code == Failure.PROTOCOL_VIOLATION


def test_h3_an_operation_of_an_unknown_kind_is_refused(client: Any, holdings: Any) -> None:
    dispatch.carry_out(holdings, Operation(request_id=1), Answer(1, client, True))
    assert client.replies.get(timeout=10).failure.code == Failure.INVALID_ARGUMENT


def test_every_kind_has_a_handler() -> None:
    kinds = {field.name for field in Operation.DESCRIPTOR.oneofs_by_name["kind"].fields}
    assert dispatch.HANDLERS.keys() | dispatch.OF_THE_SESSION == kinds


@pytest.mark.parametrize("value", [Payload(pickle=b"junk"), Payload(transfer_id=9, sizes_bytes=[1])])
def test_a_value_that_makes_no_sense_fails_its_object_only(client: Any, value: Payload) -> None:
    object_id = client.new_id()
    client.do(put=Put(object_id=object_id, value=value))
    assert client.get(object_id).code in (Failure.UNPICKLE_FAILED, Failure.PROTOCOL_VIOLATION)
    assert client.get(client.put(2)) == 2
