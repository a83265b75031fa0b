"""What `ray.actor` has: the types of actor classes and handles."""

from ray_client.handles.actor import ActorClass, ActorHandle, ActorMethod

__all__ = ["ActorClass", "ActorHandle", "ActorMethod"]
