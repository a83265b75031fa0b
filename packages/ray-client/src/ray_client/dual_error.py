"""An error that is of two classes: the one that Ray raises, and the one that the user's code raised."""

from __future__ import annotations

import inspect
import logging
import operator
import types
from typing import Any, TypeVar

log = logging.getLogger(__name__)

_Error = TypeVar("_Error", bound=Exception)


def dual_error_or_itself(error: _Error, outer: type[_Error], cause: BaseException) -> _Error:
    """Do `make_dual_error`; where the cause's class cannot be combined, log that, and give `error` itself."""
    try:
        return make_dual_error(error, outer, cause)
    except Exception as exc:  # noqa: BLE001
        # Whatever the user's class does when it is subclassed, made, or given attributes; most often TypeError.
        log.warning("%s cannot be combined with %s (%s); see its `cause`", type(error).__name__, type(cause), exc)
        return error


def make_dual_error(error: _Error, outer: type[_Error], cause: BaseException) -> _Error:
    """Give an instance of both `outer` and the cause's class, with the text of `error` and the cause's attributes.

    Raises:
        Exception: whatever the cause's class raises when it is subclassed, made, or given attributes.
    """
    cause_class = type(cause)
    text = str(error)

    def body(namespace: dict[str, Any]) -> None:
        namespace.update(
            __module__=outer.__module__,
            __init__=lambda self, *args: None,
            __str__=lambda self: text,
            __repr__=lambda self: f"{type(self).__name__}({cause!r})",
            # Also loadable where `outer` is Ray's own class, which has that method too.
            __reduce__=lambda self: (operator.methodcaller("as_instanceof_cause"), (error,)),
            __getattr__=lambda self, name: getattr(cause, name),
            # As in Ray; and the user's class may have made it read-only.
            args=property(lambda self: (cause,), lambda self, value: None),
        )

    name = f"{outer.__name__}({cause_class.__name__})"
    dual = types.new_class(name, (outer, cause_class), exec_body=body)
    instance: Any = _new(dual, cause)
    own = {**vars(error), **getattr(cause, "__dict__", {}), "cause": cause}
    _copy_slots(cause, instance)
    instance.__dict__.update(own)
    result: _Error = instance
    return result


def _new(dual: type, cause: BaseException) -> Any:
    """Make the instance without any constructor of the user's; some `__new__` insist on the cause's arguments."""
    try:
        return type(cause).__new__(dual, *cause.args)
    except TypeError:
        return type(cause).__new__(dual)


def _copy_slots(cause: BaseException, instance: object) -> None:
    """Copy what lies in slots rather than in `__dict__`, such as `errno`."""
    for cls in type(cause).__mro__:
        for name, attribute in vars(cls).items():
            is_slot = inspect.ismemberdescriptor(attribute) or inspect.isgetsetdescriptor(attribute)
            if is_slot and not name.startswith("__") and name != "args":
                try:
                    setattr(instance, name, getattr(cause, name))
                except (AttributeError, TypeError):
                    continue  # unset, or read-only as in exception groups, where `__new__` has set it
