"""Graphs of `ray.dag` made in a session's driver: there they are compiled, in memory that the cluster's nodes share.

Each node is made there once, when it is first needed, as a recipe is: what is said of it later is said of the same one.
"""

from __future__ import annotations

import operator
from typing import Any
from weakref import WeakKeyDictionary

from ray_client.handles import current
from ray_client.handles.graph import (
    ClassMethodNode,
    ClassNode,
    DAGNode,
    FunctionNode,
    InputAttributeNode,
    InputNode,
    MultiOutputNode,
)
from ray_client_libraries.held import Held, Method, hold
from ray_client_libraries.places import Recipe, call

_recipes: WeakKeyDictionary[DAGNode, Held] = WeakKeyDictionary()


def made(node: DAGNode) -> Held:
    """Give what stands for a node in drivers; it is made in each of them when it is first used there."""
    found = _recipes.get(node)
    if found is None:
        found = _recipes[node] = _recipe_of(node)
    return found


def compiled(node: DAGNode, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Compile a graph in the driver; give what stands for it.

    Raises:
        NotConnectedError: no session is open.
        BaseException: what Ray raised.
    """
    session = current.current_session("experimental_compile()")
    if kwargs.get("enable_asyncio"):  # it belongs to the event loop in which it is made: here the driver's
        from ray_client_proto import library  # loads protobuf

        arguments = (Method(made(node), "experimental_compile"), *args)
        return library.Call(session, library.in_loop, arguments, kwargs, library.AWAIT).result()
    return call(session, Method(made(node), "experimental_compile"), *args, **kwargs)


def with_transport(node: DAGNode, args: tuple[Any, ...], kwargs: dict[str, Any]) -> DAGNode:
    """Set how the result of a node travels; raises as `compiled`."""
    session = current.current_session("with_tensor_transport()")
    call(session, Method(made(node), "with_tensor_transport"), *args, **kwargs)
    return node


def _recipe_of(node: DAGNode) -> Held:
    args, kwargs = node._bound_args, node._bound_kwargs
    if isinstance(node, (FunctionNode, ClassNode)):
        return _call(Method(node._remote, "bind"), *args, **kwargs)
    if isinstance(node, ClassMethodNode):
        return _call(Method(node._target, "bind"), *args, **kwargs)
    if isinstance(node, MultiOutputNode):
        return _call(MultiOutputNode, list(args))
    if isinstance(node, InputNode):
        return _call(Method(_call(InputNode), "__enter__"))
    if isinstance(node, InputAttributeNode):
        return _call(operator.getitem if node._is_item else getattr, *args, node._key)
    return _call(operator.getitem, *args, node._index)  # type: ignore[attr-defined]  # one of several results


def _call(function: Any, *args: Any, **kwargs: Any) -> Held:
    found: Held = hold(Held, Recipe(function, args, kwargs))
    return found
