"""Operations on actors: create, call, kill, find."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ray_client_proto.v1.error_pb2 import Failure
from ray_client_proto.v1.operation_pb2 import (
    ActorDescription,
    CallActor,
    CreateActor,
    FindActor,
    KillActor,
    Reply,
)
from ray_client_server.driver.answer import Answer
from ray_client_server.driver.bounds import check_results
from ray_client_server.driver.errors import OperationError, refused
from ray_client_server.driver.failures import at_call_site, describe
from ray_client_server.driver.handlers.tasks import call
from ray_client_server.driver.holdings import Holdings
from ray_client_server.driver.port import Handle
from ray_client_server.driver.references import Kind


def create_actor(holdings: Holdings, message: CreateActor, answer: Answer) -> None:
    """Create an actor; if that fails, its handle fails (O1)."""
    invocation = message.invocation
    try:
        if len(invocation.result_ids) != 1:
            raise refused(Failure.INVALID_ARGUMENT, f"an actor has one handle, not {len(invocation.result_ids)}")
        cls = holdings.exports.bound(message.class_digest, invocation.options)
        what = f"an argument of {holdings.exports.name(message.class_digest)}"
        args, kwargs = holdings.codec.decode(invocation.arguments, what).value
        actor = cls.remote(*args, **kwargs)
        # With `get_if_exists` it may be one that the session has (I2).
        actor_id = holdings.references.name_or_count(
            invocation.result_ids[0], Kind.ACTOR, actor, holdings.port.actor_key(actor)
        )
    # Ray refuses actors with errors of many types, and the user's options and arguments bring their own.
    except BaseException as error:
        failure = at_call_site(describe(error, holdings.codec), invocation.call_site)
        holdings.references.fail(invocation.result_ids, failure)
        raise OperationError(failure) from error
    if answer.is_wanted:
        answer.reply(Reply(actor=_description(holdings, actor_id, actor)))


def call_actor(holdings: Holdings, message: CallActor, answer: Answer) -> None:
    """Call a method of an actor."""
    invocation = message.invocation

    def find() -> Callable[..., Any]:
        actor = holdings.references.get(message.actor_id, Kind.ACTOR).target
        packed = invocation.options
        options = holdings.codec.decode(packed).value if packed.pickle or packed.transfer_id else {}
        check_results(holdings.port.method_returns(actor, message.method), options)
        return holdings.port.call_method(actor, message.method, options)

    call(holdings, invocation, find, answer, f"the method {message.method}")


def kill_actor(holdings: Holdings, message: KillActor, answer: Answer) -> None:
    """End an actor at once."""
    holdings.port.kill(holdings.references.get(message.actor_id, Kind.ACTOR).target, message.no_restart)
    answer.done()


def find_actor(holdings: Holdings, message: FindActor, answer: Answer) -> None:
    """Give a named actor the client's id, unless it has one already: then it comes under that, once more (I2)."""
    actor = holdings.port.find_actor(message.name, message.namespace or None)
    actor_id = holdings.references.name_or_count(message.actor_id, Kind.ACTOR, actor, holdings.port.actor_key(actor))
    if answer.is_wanted:
        answer.reply(Reply(actor=_description(holdings, actor_id, actor)))


def _description(holdings: Holdings, actor_id: int, actor: Handle) -> ActorDescription:
    facts = holdings.port.describe_actor(actor)
    return ActorDescription(
        actor_id=actor_id,
        class_name=facts.class_name,
        methods=[
            ActorDescription.Method(name=name, num_returns=num_returns, is_streaming=is_streaming)
            for name, num_returns, is_streaming in facts.methods
        ],
    )
