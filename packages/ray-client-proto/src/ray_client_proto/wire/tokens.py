"""Tokens: how handles and modules travel inside pickles (docs/protocol.md, rules T1 to T15).

A pickle refers to the functions below by name; the reading side's unpickler puts its own in their
place (`find_class`), so they run only where somebody loads such a pickle without a session.
"""

from __future__ import annotations

from typing import Any, Final, NoReturn

from ray_client_proto.wire.errors import StrayTokenError

MODULE: Final = __name__  #: the module name that marks a token in a pickle


def object_ref(ref_id: int) -> NoReturn:
    """T1: an object reference of the session."""
    _refuse("object reference", ref_id)


def ref_generator(generator_id: int) -> NoReturn:
    """T2: a generator of object references."""
    _refuse("generator", generator_id)


def dynamic_refs(refs: list[Any]) -> NoReturn:
    """T3: the finished result of a task with `num_returns="dynamic"`."""
    _refuse("list of references", refs)


def actor_handle(actor_id: int, class_name: str, methods: tuple[tuple[str, int, bool], ...]) -> NoReturn:
    """T4: an actor handle; each method is `(name, num_returns, is_streaming)`."""
    _refuse("handle of actor", class_name)


def remote_function(function: Any, options: dict[str, Any]) -> NoReturn:
    """T5: a remote function, with the plain function inside the pickle."""
    _refuse("remote function", function)


def actor_class(cls: type, options: dict[str, Any]) -> NoReturn:
    """T6: an actor class, with the plain class inside the pickle."""
    _refuse("actor class", cls)


def ray_module(name: str) -> NoReturn:
    """T7: a module of `ray`'s public tree, by its name there: `ray_client.util` is `ray.util`."""
    _refuse("module", name)


def ray_global(module: str, qualname: str) -> NoReturn:
    """T8: a class or function of `ray` that only the cluster has."""
    _refuse("name", f"{module}.{qualname}")


def source_function(source: dict[str, Any], module_globals: dict[str, Any]) -> NoReturn:
    """T10: a function as source; functions of one module share its globals."""
    _refuse("source of", source.get("name"))


def source_state(target: Any, state: dict[str, Any]) -> NoReturn:
    """T10: what a function, class or module from source is filled with once it is there."""
    _refuse("contents of", target)


def source_class(name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> NoReturn:
    """T11: makes the class of a named tuple, in place of its metaclass."""
    _refuse("class", name)


def apart(stream: Any, buffers: list[Any]) -> NoReturn:
    """T14: a value of its own, pickled apart from what it goes with."""
    _refuse("pickle of", "a value")


def unopened(stream: Any, buffers: list[Any]) -> NoReturn:
    """T14: the same, where nobody needs to open it before its user does."""
    _refuse("pickle of", "a value")


def library_object(object_id: int, classes: tuple[str, ...], specials: tuple[str, ...]) -> NoReturn:
    """T15: an object that lives in the driver; its class and bases as `module:name`, and its special methods."""
    _refuse("object", classes[:1])


class LibraryPlace:
    """Is pickled as such a token, for the driver, which knows the class itself."""

    object_id: int

    def __reduce__(self) -> tuple[Any, ...]:
        return library_object, (self.object_id, (), ())


def library_method(target: Any, name: str) -> NoReturn:
    """T15: a method of such an object."""
    _refuse("method", name)


def runtime_env(fields: dict[str, Any]) -> NoReturn:
    """T16: a runtime environment, in which packages that were uploaded are directories of the driver's machine."""
    _refuse("runtime environment", fields)


def _refuse(kind: str, what: object) -> NoReturn:
    raise StrayTokenError(f"a pickle holds the {kind} {what!r} of a session; load it through that session")


NAMES: Final = frozenset(
    function.__name__
    for function in (
        object_ref,
        ref_generator,
        dynamic_refs,
        actor_handle,
        remote_function,
        actor_class,
        ray_module,
        ray_global,
        source_function,
        source_state,
        source_class,
        apart,
        unopened,
        library_object,
        library_method,
        runtime_env,
    )
)  #: the closed set of tokens; anything else in this module's name is refused
