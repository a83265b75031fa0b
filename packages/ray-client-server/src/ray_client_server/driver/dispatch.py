"""Which handler carries out which kind of operation; checked to be complete when it is imported."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.operation_pb2 import Operation
from ray_client_server.driver.answer import Answer
from ray_client_server.driver.errors import OperationError
from ray_client_server.driver.failures import describe
from ray_client_server.driver.handlers import actors, cluster, libraries, objects, tasks
from ray_client_server.driver.holdings import Holdings

log = logging.getLogger(__name__)

Handler = Callable[[Holdings, Any, Answer], None]

HANDLERS: Final[dict[str, Handler]] = {
    "export": tasks.export,
    "put": objects.put,
    "schedule_task": tasks.schedule_task,
    "create_actor": actors.create_actor,
    "call_actor": actors.call_actor,
    "get": objects.get,
    "wait": objects.wait,
    "release": objects.release,
    "cancel_task": tasks.cancel_task,
    "kill_actor": actors.kill_actor,
    "find_actor": actors.find_actor,
    "take_next": tasks.take_next,
    "identify": objects.identify,
    "query_cluster": cluster.query_cluster,
    "release_transfer": objects.release_transfer,
    "release_export": tasks.release_export,
    "call_library": libraries.call_library,
    "interrupt_library": libraries.interrupt_library,
}

#: Carried out by the session itself: they are about its own replies and its own end.
OF_THE_SESSION: Final = frozenset(("forget", "disconnect"))

_QUESTIONS: Final = frozenset(("get", "wait"))

_KINDS = frozenset(field.name for field in Operation.DESCRIPTOR.oneofs_by_name["kind"].fields)
if HANDLERS.keys() | OF_THE_SESSION != _KINDS:
    raise ImportError(f"operations and handlers differ: {sorted(_KINDS ^ (HANDLERS.keys() | OF_THE_SESSION))}")


def carry_out(holdings: Holdings, operation: Operation, answer: Answer) -> None:
    """Carry out one operation. Whatever goes wrong becomes its answer, or is logged if it has none (O1).

    A question about an object that is on its way to the store is carried out aside: it changes nothing, and those that
    follow need not wait for it. Everything else that names such an object does wait.
    """
    kind = operation.WhichOneof("kind")
    if kind in _QUESTIONS and any(map(holdings.references.is_pending, getattr(operation, kind).object_ids)):
        # Here, in order: the client may let go of what it has asked for, with the very next operation.
        held = holdings.references.hold(getattr(operation, kind).object_ids)
        holdings.aside.submit(_carry_out_aside, holdings, operation, kind, answer, held)
    else:
        _carry_out(holdings, operation, kind, answer)


def _carry_out_aside(holdings: Holdings, operation: Operation, kind: str, answer: Answer, held: list[int]) -> None:
    _carry_out(holdings, operation, kind, answer)
    for handle_id in held:
        holdings.release(handle_id, 1)


def _carry_out(holdings: Holdings, operation: Operation, kind: str | None, answer: Answer) -> None:
    try:
        if kind is None:
            answer_unknown(answer)
        else:
            HANDLERS[kind](holdings, getattr(operation, kind), answer)
    except OperationError as error:
        _refuse(answer, error.failure, kind)
    # Ray raises errors of many types; the client gets each as data, and the session goes on.
    except BaseException as error:  # noqa: BLE001
        _refuse(answer, describe(error, holdings.codec), kind)


def answer_unknown(answer: Answer) -> None:
    """Refuse an operation of a kind that only a newer version knows (H3)."""
    if answer.is_wanted:
        text = "this server does not know this kind of operation; the client is newer than the versions agreed on"
        answer.failure(Failure(code=Failure.INVALID_ARGUMENT, message=text))


def _refuse(answer: Answer, failure: Failure, kind: str | None) -> None:
    if answer.is_wanted:
        answer.failure(failure)
    else:
        log.info("operation.failed kind=%s code=%s", kind, Failure.Code.Name(failure.code))
