"""What `ray.actor` has: the types of actor classes and handles, and the way for an actor to end itself."""

from typing import NoReturn

from ray_client.handles.actor import (
    ActorClass,
    ActorClassInheritanceException,
    ActorHandle,
    ActorMethod,
    method,
)
from ray_client.tracebacks import shorten_all

__all__ = [
    "ActorClass",
    "ActorClassInheritanceException",
    "ActorHandle",
    "ActorMethod",
    "ActorProxy",
    "DEFAULT_MAX_CONCURRENCY_ASYNC",
    "exit_actor",
    "method",
]

#: How many calls an async actor carries out at once, unless its options say otherwise.
DEFAULT_MAX_CONCURRENCY_ASYNC = 1000

#: What Ray's annotations call the handle of an actor whose class is known.
ActorProxy = ActorHandle


def exit_actor() -> NoReturn:
    """End the actor that calls this; in an actor it is Ray's own function.

    Raises:
        TypeError: this is no actor.
    """
    raise TypeError(
        "exit_actor API is called on a non-actor worker: this is a client. Call it inside an actor's method; to end an "
        "actor from outside, use ray_client.kill(handle)."
    )


shorten_all(globals())
