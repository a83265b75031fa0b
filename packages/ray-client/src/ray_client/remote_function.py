"""What `ray.remote_function` has: the type of remote functions."""

from ray_client.handles.function import RemoteFunction

__all__ = ["RemoteFunction"]
