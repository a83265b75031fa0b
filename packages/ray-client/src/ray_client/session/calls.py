"""The operations that handles ask for, as functions of ids and values."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from ray_client.errors import LimitExceededError
from ray_client.session.call_site import call_site
from ray_client.session.exports import ExportedCode
from ray_client.session.session import Session
from ray_client_proto.v1 import operation_pb2 as op
from ray_client_proto.v1.payload_pb2 import Payload
from ray_client_proto.wire.limits import RESULTS

_STREAMING = "streaming"


@dataclass(frozen=True, slots=True)
class Results:
    """The ids that a call's results will have."""

    ids: list[int]
    is_streaming: bool


@dataclass(frozen=True, slots=True)
class ActorDescription:
    """What a handle must know of its actor: method name -> (num_returns, is_streaming)."""

    class_name: str
    methods: Mapping[str, tuple[int, bool]]


def put(session: Session, value: Any) -> int:
    """Store a value; give the id of its object.

    Raises:
        PicklingError: it cannot be pickled.
        WrongSessionError: it holds a handle of another session.
        SessionError: the session has ended.
    """
    object_id = session.new_id()
    session.send(op.Operation(put=op.Put(object_id=object_id, value=session.dump_value(value))))
    return object_id


def schedule_task(
    session: Session,
    digest: bytes,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    options: Payload | None,
    num_returns: int | str,
) -> Results:
    """Call an exported function; give the ids of its results.

    Waits only while arguments are uploaded that do not fit into a frame, and while a driver that is behind leaves
    no room for more (D4).

    Raises:
        PicklingError: an argument cannot be pickled.
        WrongSessionError: an argument holds a handle of another session.
        SessionError: the session has ended.
    """
    results = _results(session, num_returns)
    invocation = _invocation(session, args, kwargs, options, results)
    session.send(op.Operation(schedule_task=op.ScheduleTask(function_digest=digest, invocation=invocation)))
    return results


def call_actor(
    session: Session,
    actor_id: int,
    method: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    options: Payload | None,
    num_returns: int | str,
) -> Results:
    """Call a method of an actor; give the ids of its results. Raises as `schedule_task` does."""
    results = _results(session, num_returns)
    invocation = _invocation(session, args, kwargs, options, results)
    session.send(op.Operation(call_actor=op.CallActor(actor_id=actor_id, method=method, invocation=invocation)))
    return results


def create_actor(
    session: Session,
    digest: bytes,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    options: Payload | None,
    *,
    wants_answer: bool,
) -> int:
    """Create an actor of an exported class; give its handle's id.

    With `wants_answer` this waits until Ray has taken the actor: its name must be checked before going on.

    Raises:
        Exception: Ray's, with `wants_answer`; otherwise as `schedule_task`.
    """
    results = Results([session.new_id()], is_streaming=False)
    invocation = _invocation(session, args, kwargs, options, results)
    operation = op.Operation(create_actor=op.CreateActor(class_digest=digest, invocation=invocation))
    if wants_answer:
        return session.ask(operation).actor.actor_id
    session.send(operation)
    return results.ids[0]


def find_actor(session: Session, name: str, namespace: str) -> tuple[int, ActorDescription]:
    """Give the id of a named actor's handle, and its description; an actor that has an id here comes under that one.

    Raises:
        ValueError: there is no such actor.
    """
    find = op.FindActor(actor_id=session.new_id(), name=name, namespace=namespace)
    actor = session.ask(op.Operation(find_actor=find)).actor
    return actor.actor_id, _description(actor)


def begin_wait(
    session: Session, object_ids: list[int], num_returns: int, timeout_s: float | None, fetch_local: bool
) -> tuple[int, Future[op.Reply]]:
    """Ask the driver to say when objects are ready; give the request's id and a future of the answer."""
    limit_s = -1.0 if timeout_s is None else timeout_s
    wait_for = op.Wait(object_ids=object_ids, num_returns=num_returns, timeout_s=limit_s, fetch_local=fetch_local)
    request_id, (word,) = session.request(op.Operation(wait=wait_for), is_urgent=timeout_s is not None)
    return request_id, word


def ready_places(session: Session, word: Future[op.Reply]) -> list[int]:
    """Give the places of the objects that the answer to a wait says are ready, ascending.

    Raises:
        Exception: Ray's, which it has instead.
    """
    reply = word.result()
    if reply.HasField("failure"):
        raise session.exception_of(reply.failure)
    return list(reply.ready.indexes)


def take_next(session: Session, generator_id: int) -> tuple[int, Future[op.Reply]]:
    """Ask for a stream's next object; give its id and a future of the answer."""
    object_id = session.new_id()
    take = op.TakeNext(generator_id=generator_id, object_id=object_id)
    _, (reply,) = session.request(op.Operation(take_next=take))
    return object_id, reply


def name_completion(session: Session, generator_id: int) -> int:
    """Give the id of an object that is ready when a stream's task has ended."""
    object_id = session.new_id()
    take = op.TakeNext(generator_id=generator_id, object_id=object_id, is_completion=True)
    session.send(op.Operation(take_next=take))
    return object_id


def cancel_task(session: Session, object_id: int, *, force: bool, recursive: bool) -> None:
    """Cancel the task that makes an object; waits for the cluster only with `force`, which it may refuse."""
    operation = op.Operation(cancel_task=op.CancelTask(object_id=object_id, force=force, recursive=recursive))
    if force:
        session.ask(operation)
    else:
        session.send(operation, is_urgent=True)


def kill_actor(session: Session, actor_id: int, *, no_restart: bool) -> None:
    """End an actor at once."""
    session.send(op.Operation(kill_actor=op.KillActor(actor_id=actor_id, no_restart=no_restart)), is_urgent=True)


def identify(session: Session, handle_id: int) -> tuple[bytes, bytes, bytes]:
    """Ask for Ray's own ids: the object's or actor's, its task's, its job's."""
    identity = session.ask(op.Operation(identify=op.Identify(id=handle_id))).identity
    return identity.binary, identity.task_id, identity.job_id


def query_cluster(session: Session, query: str, **arguments: Any) -> Any:
    """Ask about the cluster or the session's job (docs/protocol.md, rule O5)."""
    payload = session.dump(arguments) if arguments else None
    operation = op.Operation(query_cluster=op.QueryCluster(query=query, arguments=payload))
    return session.value_of(session.ask(operation))


def export_function(session: Session, function: Any) -> ExportedCode:
    """Have a function shipped; give what calls refer to."""
    return session.export(op.Export.FUNCTION, function)


def export_class(session: Session, cls: type) -> ExportedCode:
    """Have an actor's class shipped; give what calls refer to."""
    return session.export(op.Export.CLASS, cls)


def _results(session: Session, num_returns: int | str) -> Results:
    if num_returns == _STREAMING:
        session.peer.require("streaming", "give the results of a call one by one")
    count = 1 if isinstance(num_returns, str) else num_returns
    if count > RESULTS:
        raise LimitExceededError(f"{count} results of one call", "results", str(RESULTS), "")
    return Results([session.new_id() for _ in range(count)], num_returns == _STREAMING)


def _invocation(
    session: Session, args: tuple[Any, ...], kwargs: dict[str, Any], options: Payload | None, results: Results
) -> op.Invocation:
    return op.Invocation(
        arguments=session.dump_arguments(args, kwargs),
        options=options,
        result_ids=results.ids,
        is_streaming=results.is_streaming,
        call_site=call_site(),
    )


def _description(actor: op.ActorDescription) -> ActorDescription:
    methods = {method.name: (method.num_returns, method.is_streaming) for method in actor.methods}
    return ActorDescription(actor.class_name, methods)
