"""The name under which `ray.dag` has it too."""

from ray_client.handles.graph import ClassMethodNode, ClassNode

__all__ = ["ClassMethodNode", "ClassNode"]
