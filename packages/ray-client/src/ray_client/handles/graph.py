"""Graphs of calls that are bound first and made later, as `ray.dag` has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from operator import methodcaller
from typing import Any, NoReturn

from ray_client.cluster_only import LibraryValue, has_libraries, refuse
from ray_client.deprecation import warn_deprecated
from ray_client.tracebacks import shorten_all


class DAGNode(LibraryValue):
    """A call that is not made yet; its arguments may be nodes, also inside lists, tuples, sets and dictionaries."""

    def __init__(self, args: Sequence[Any], kwargs: Mapping[str, Any], options: Mapping[str, Any]) -> None:
        self._bound_args, self._bound_kwargs, self._bound_options = tuple(args), dict(kwargs), dict(options)

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        """Make the calls of the graph, each once, and give what the last one returns: a reference.

        Args:
            args: what the graph's `InputNode` stands for.
            kwargs: the same, by name.

        Raises:
            NotConnectedError: no session is open.
            SessionError: the session has ended.
        """
        warn_deprecated("DAGNode.execute() is deprecated: call the functions")
        return _Execution(args, kwargs).value_of(self)

    def experimental_compile(self, *args: Any, **kwargs: Any) -> Any:
        """Compile the graph in the session's driver, on the cluster: what is given stands for the graph there.

        Raises:
            NotConnectedError: no session is open.
            ClusterOnlyError: `ray-client-libraries` is not installed, which this needs.
        """
        return _libraries().compiled(self, args, kwargs)

    def with_tensor_transport(self, *args: Any, **kwargs: Any) -> DAGNode:
        """Say how the result travels in a compiled graph; raises as `experimental_compile`."""
        return _libraries().with_transport(self, args, kwargs)  # type: ignore[no-any-return]  # this node

    def token_in(self, session: Any) -> tuple[Any, ...]:
        """Make the graph's calls in a session's driver, and give what stands for this one; raises as `bind` there."""
        return _libraries().made(self).token_in(session)  # type: ignore[no-any-return]  # loaded where it is needed

    def get_args(self) -> tuple[Any, ...]:
        """Give the arguments as they were bound."""
        return self._bound_args

    def get_kwargs(self) -> dict[str, Any]:
        """Give the keyword arguments as they were bound."""
        return dict(self._bound_kwargs)

    def get_options(self) -> dict[str, Any]:
        """Give the options of the call."""
        return dict(self._bound_options)

    def _run(self, execution: _Execution) -> Any:
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {id(self):#x}>"


def _libraries() -> Any:
    if not has_libraries():
        refuse("ray.dag.DAGNode.experimental_compile")
    return import_module("ray_client_libraries.graphs")


class _Execution:
    """One execution of a graph: what each node has given. Not thread-safe."""

    def __init__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.args, self.kwargs = args, kwargs
        self._values: dict[int, Any] = {}

    def value_of(self, node: DAGNode) -> Any:
        """Give what a node's call returned; it is made now if it was not yet."""
        if id(node) not in self._values:
            self._values[id(node)] = node._run(self)
        return self._values[id(node)]

    def arguments_of(self, node: DAGNode) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Give the arguments of a node's call, with values in place of nodes."""
        return self.resolved(node._bound_args), self.resolved(node._bound_kwargs)

    def resolved(self, value: Any) -> Any:
        """Give a value with values in place of the nodes in it."""
        if isinstance(value, DAGNode):
            return self.value_of(value)
        if type(value) in (list, tuple, set):
            return type(value)([self.resolved(one) for one in value])
        if type(value) is dict:
            return {key: self.resolved(one) for key, one in value.items()}
        return value


class _RemoteNode(DAGNode):
    """A node of something that has `.remote()`."""

    def __init__(self, remote: Any, args: Sequence[Any], kwargs: Mapping[str, Any], options: Mapping[str, Any]) -> None:
        super().__init__(args, kwargs, options)
        self._remote = remote

    def _run(self, execution: _Execution) -> Any:
        args, kwargs = execution.arguments_of(self)
        return self._remote.remote(*args, **kwargs)


class FunctionNode(_RemoteNode):
    """A call of a remote function."""

    def __getattr__(self, name: str) -> NoReturn:
        if name == "bind":
            raise AttributeError(f".bind() cannot be used again on {type(self)}")
        if name == "remote":
            raise AttributeError(f".remote() cannot be used on {type(self)}: use .execute()")
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")


class ClassNode(_RemoteNode):
    """The creation of an actor: one for each execution. Its methods are attributes, to be bound in their turn."""

    def __init__(
        self,
        remote: Any,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        options: Mapping[str, Any],
        cls: type,
    ) -> None:
        """Take the class's wrapper, and what is bound.

        Raises:
            ValueError: an argument stands for the graph's input, which is not there yet when the actor is.
        """
        super().__init__(remote, args, kwargs, options)
        self._body = cls
        self._last_call: ClassMethodNode | None = None
        if _has_input([self._bound_args, self._bound_kwargs]):
            raise ValueError(
                "InputNode handles user dynamic input the DAG, and cannot be used as args, kwargs, or "
                "other_args_to_resolve in ClassNode constructor because it is not available at class construction or "
                "binding time."
            )

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name == "bind" and not hasattr(self._body, "bind"):
            raise AttributeError(f".bind() cannot be used again on {type(self)}")
        getattr(self._body, name)  # raises for what is no method
        return _UnboundMethod(self, name, {})


class _UnboundMethod:
    """A method of an actor that is not there yet."""

    def __init__(self, actor: ClassNode, name: str, options: Mapping[str, Any]) -> None:
        self._actor, self._name, self._options = actor, name, options

    def bind(self, *args: Any, **kwargs: Any) -> ClassMethodNode:
        """Bind a call, which is made after those bound before on the same actor."""
        actor = self._actor
        node = ClassMethodNode(self, self._name, args, kwargs, self._options, previous=actor._last_call)
        actor._last_call = node
        return node

    def options(self, **options: Any) -> _UnboundMethod:
        """Give the method with other options."""
        return _UnboundMethod(self._actor, self._name, options)

    def of(self, execution: _Execution) -> Any:
        """Give the method of the actor that is there then."""
        bound = getattr(execution.value_of(self._actor), self._name)
        return bound.options(**self._options) if self._options else bound

    def __reduce__(self) -> tuple[Any, ...]:
        if self._options:
            return methodcaller("options", **self._options), (_UnboundMethod(self._actor, self._name, {}),)
        return getattr, (self._actor, self._name)

    def __getattr__(self, name: str) -> NoReturn:
        if name == "remote":
            raise AttributeError(
                ".remote() cannot be used on ClassMethodNodes. Use .bind() instead to express an symbolic actor call."
            )
        raise AttributeError(f"a method that can be bound has no attribute {name!r}")


class ClassMethodNode(DAGNode):
    """A call of an actor's method."""

    def __init__(
        self,
        target: Any,
        name: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        options: Mapping[str, Any],
        previous: ClassMethodNode | None = None,
    ) -> None:
        """Take what is bound.

        Args:
            target: the method, of an actor that is there or of one that will be.
            name: the method's.
            args: bound.
            kwargs: bound.
            options: of the call.
            previous: a call that must be made before this one.
        """
        super().__init__(args, kwargs, options)
        self._target, self._name, self._previous = target, name, previous

    def get_method_name(self) -> str:
        """Give the method's name."""
        return self._name

    def _run(self, execution: _Execution) -> Any:
        if self._previous is not None:
            execution.value_of(self._previous)
        args, kwargs = execution.arguments_of(self)
        target = self._target
        method = target.of(execution) if isinstance(target, _UnboundMethod) else target
        return method.remote(*args, **kwargs)


class _OutputNode(DAGNode):
    """One of several results of a call."""

    def __init__(self, call: DAGNode, index: int) -> None:
        super().__init__((call,), {}, {})
        self._index = index

    def _run(self, execution: _Execution) -> Any:
        return execution.resolved(self._bound_args[0])[self._index]


def bind_method(method: Any, name: str, num_returns: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Give the node of a call of a living actor's method; with several results, a tuple of one node for each."""
    node = ClassMethodNode(method, name, args, kwargs, {})
    if isinstance(num_returns, int) and num_returns > 1:
        return tuple(_OutputNode(node, index) for index in range(num_returns))
    return node


class MultiOutputNode(DAGNode):
    """The end of a graph that has several results: executed, it gives a list of them."""

    def __init__(self, args: list[Any] | tuple[Any, ...]) -> None:
        """Take the nodes.

        Raises:
            ValueError: they are in neither a list nor a tuple.
        """
        if not isinstance(args, (list, tuple)):
            raise ValueError(f"Invalid input type for `args`, {type(args)}.")
        super().__init__(args, {}, {})

    def _run(self, execution: _Execution) -> list[Any]:
        return list(execution.resolved(self._bound_args))


class InputNode(DAGNode):
    """What `execute` is given. Used in a `with` block; its items and attributes stand for parts of the input."""

    def __init__(self, *args: Any, input_type: Any = None, **kwargs: Any) -> None:
        """Make the node.

        Raises:
            ValueError: arguments were given: they belong to `execute`.
        """
        if args or kwargs:
            raise ValueError("InputNode should not take any args or kwargs.")
        super().__init__((), {}, {})
        self._is_entered = False

    def __enter__(self) -> InputNode:
        self._is_entered = True
        return self

    def __exit__(self, *raised: object) -> None:
        pass

    def __getattr__(self, name: str) -> InputAttributeNode:
        if name.startswith("__"):
            raise AttributeError(name)
        return InputAttributeNode(self, name, is_item=False)

    def __getitem__(self, key: int | str) -> InputAttributeNode:
        if not isinstance(key, (int, str)):
            raise AssertionError("Please only use int index or str as first-level key to access fields of dag input.")
        return InputAttributeNode(self, key, is_item=True)

    def _run(self, execution: _Execution) -> Any:
        if not self._is_entered:
            raise AssertionError(
                "InputNode is a singleton instance that should be only used in context manager for dag building and "
                "execution: `with InputNode() as dag_input: ...`"
            )
        if len(execution.args) == 1 and not execution.kwargs:
            return execution.args[0]
        return DAGInputData(*execution.args, **execution.kwargs)


class InputAttributeNode(DAGNode):
    """A part of what `execute` is given."""

    def __init__(self, dag_input_node: InputNode, key: int | str, is_item: bool) -> None:
        super().__init__((dag_input_node,), {}, {})
        self._key, self._is_item = key, is_item

    @property
    def key(self) -> int | str:
        """Which part."""
        return self._key

    def _run(self, execution: _Execution) -> Any:
        given = execution.value_of(self._bound_args[0])
        if self._is_item or isinstance(given, DAGInputData):
            return given[self._key]
        return getattr(given, str(self._key))


class DAGInputData:
    """Several arguments of `execute`: by place, or by name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._args, self._kwargs = args, kwargs

    def __getitem__(self, key: int | str) -> Any:
        return self._args[key] if isinstance(key, int) else self._kwargs[key]


def _has_input(value: Any) -> bool:
    if isinstance(value, InputNode):
        return True
    if isinstance(value, DAGNode):
        return _has_input([value._bound_args, value._bound_kwargs])
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple, set)) else ()
    return any(_has_input(part) for part in parts)


shorten_all(globals())
