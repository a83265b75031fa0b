"""Operations on tasks: export, schedule, cancel, and the next object of a stream."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.operation_pb2 import CancelTask, Export, Invocation, ReleaseExport, ScheduleTask, TakeNext
from ray_client_server.driver.answer import Answer
from ray_client_server.driver.bounds import RESULTS, check_results
from ray_client_server.driver.errors import OperationError, refused
from ray_client_server.driver.failures import at_call_site, describe
from ray_client_server.driver.holdings import Holdings
from ray_client_server.driver.references import Kind


def export(holdings: Holdings, message: Export, answer: Answer) -> None:
    """Take a function or a class."""
    holdings.exports.add(message)
    answer.done()


def release_export(holdings: Holdings, message: ReleaseExport, answer: Answer) -> None:
    """Let go of a function or a class."""
    holdings.exports.release(message.digest)
    answer.done()


def schedule_task(holdings: Holdings, message: ScheduleTask, answer: Answer) -> None:
    """Call an exported function."""
    invocation = message.invocation
    exports = holdings.exports
    call(
        holdings,
        invocation,
        lambda: exports.bound(message.function_digest, invocation.options).remote,
        answer,
        exports.name(message.function_digest),
    )


def call(
    holdings: Holdings, invocation: Invocation, find: Callable[[], Callable[..., Any]], answer: Answer, name: str
) -> None:
    """Make a call whose results the client has named; if that fails, the results fail (O1).

    Args:
        holdings: of the session.
        invocation: what the call is made with.
        find: gives what to call.
        answer: for whoever wants to know that it was made.
        name: what is called, for people.

    Raises:
        OperationError: the call cannot be made; the results have failed.
    """
    result_ids = invocation.result_ids
    try:
        check_results(len(result_ids))
        submit = find()
        args, kwargs = holdings.codec.decode(invocation.arguments, f"an argument of {name}").value
        _name_results(holdings, invocation, submit(*args, **kwargs))
    # Ray refuses calls with errors of many types, and the user's options and arguments bring their own.
    except BaseException as error:
        failure = at_call_site(describe(error, holdings.codec), invocation.call_site)
        holdings.references.fail(result_ids[:RESULTS], failure)
        raise OperationError(failure) from error
    answer.done()


def _name_results(holdings: Holdings, invocation: Invocation, returned: Any) -> None:
    references, port = holdings.references, holdings.port
    ids = invocation.result_ids
    if len(ids) == 1 and type(returned) is port.ObjectRef:
        references.name(ids[0], Kind.OBJECT, returned, port.object_key(returned))
        return
    if len(ids) == 1 and isinstance(returned, port.ObjectRefGenerator):
        references.name(ids[0], Kind.GENERATOR, returned)
        return
    refs = [] if returned is None else returned if isinstance(returned, list) else [returned]
    if len(refs) != len(ids):
        raise refused(
            Failure.INVALID_ARGUMENT,
            f"the call has {len(refs)} results on the cluster, and the client named {len(ids)}",
        )
    for result_id, ref in zip(ids, refs, strict=True):
        references.name(result_id, Kind.OBJECT, ref, port.object_key(ref))


def cancel_task(holdings: Holdings, message: CancelTask, answer: Answer) -> None:
    """Cancel the task that makes an object or a stream; one that has failed already needs no cancelling."""
    entry = holdings.references.get(message.object_id)
    if entry.kind is Kind.ACTOR:
        raise refused(Failure.INVALID_ARGUMENT, f"{entry.id} is an actor: end it with kill, not with cancel")
    if entry.kind is not Kind.FAILED:
        holdings.port.cancel(entry.target, message.force, message.recursive)
    answer.done()


def take_next(holdings: Holdings, message: TakeNext, answer: Answer) -> None:
    """Give the next object of a stream the client's id, once it is there."""
    entry = holdings.references.get(message.generator_id, Kind.GENERATOR)
    if message.is_completion:
        ref = holdings.port.completed(entry.target)
        holdings.references.name(message.object_id, Kind.OBJECT, ref, holdings.port.object_key(ref))
        answer.done()
        return
    holdings.streams.take(entry.target, message.object_id, answer)
