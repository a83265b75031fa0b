"""What `ray.dag` has: graphs of calls that are bound first and made later."""

from __future__ import annotations

from typing import Any

from ray_client.handles.graph import (
    ClassMethodNode,
    ClassNode,
    DAGInputData,
    DAGNode,
    FunctionNode,
    InputAttributeNode,
    InputNode,
    MultiOutputNode,
)

__all__ = [
    "ClassMethodNode",
    "ClassNode",
    "DAGInputData",
    "DAGNode",
    "FunctionNode",
    "InputAttributeNode",
    "InputNode",
    "MultiOutputNode",
]


def __getattr__(name: str) -> Any:
    from ray_client.names import explain

    raise explain(name, __name__)
