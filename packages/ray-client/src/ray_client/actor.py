"""What `ray.actor` has: the types of actor classes and handles, and the way for an actor to end itself."""

from typing import NoReturn

from ray_client.handles.actor import ActorClass, ActorHandle, ActorMethod, method
from ray_client.tracebacks import shorten_all

__all__ = ["ActorClass", "ActorHandle", "ActorMethod", "ActorProxy", "exit_actor", "method"]

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
