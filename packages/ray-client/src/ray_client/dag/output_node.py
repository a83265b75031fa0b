"""The name under which `ray.dag` has it too."""

from ray_client.handles.graph import MultiOutputNode

__all__ = ["MultiOutputNode"]
