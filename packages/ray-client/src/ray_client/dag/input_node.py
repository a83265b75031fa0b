"""The name under which `ray.dag` has it too."""

from ray_client.handles.graph import DAGInputData, InputAttributeNode, InputNode

__all__ = ["DAGInputData", "InputAttributeNode", "InputNode"]
