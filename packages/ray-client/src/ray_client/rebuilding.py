"""Errors of Ray, made again from what the cluster said of them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from ray_client import exceptions
from ray_client.cluster_only import is_stand_in
from ray_client_proto.raised import named_error

_Fields = Mapping[str, str]
_Arguments = Callable[[str, _Fields], tuple[Any, ...]]


def _actor(message: str, fields: _Fields) -> tuple[Any, ...]:
    flags = (fields.get(name, "").lower() == "true" for name in ("actor_init_failed", "preempted"))
    return fields.get("actor_id"), message, *flags


def _unavailable(message: str, fields: _Fields) -> tuple[Any, ...]:
    try:
        return message, bytes.fromhex(fields.get("actor_id", "")) or None
    except ValueError:
        return message, None


def _task(message: str, fields: _Fields) -> tuple[Any, ...]:
    pid = int(fields["pid"]) if fields.get("pid", "").isdigit() else None
    names = fields.get("function_name", "task"), fields.get("traceback_str", message)
    return *names, None, fields.get("proctitle"), pid, fields.get("ip")


#: What the constructor gets where only text is known; the entry of the nearest base counts.
_ARGUMENTS: Final[dict[type[exceptions.RayError], _Arguments]] = {
    exceptions.RayError: lambda message, fields: (message,),
    exceptions.TaskCancelledError: lambda message, fields: (None, message),
    exceptions.RayTaskError: _task,
    exceptions.RayActorError: _actor,
    exceptions.ActorDiedError: lambda message, fields: (),
    exceptions.ActorUnavailableError: _unavailable,
    exceptions.RaySystemError: lambda message, fields: (message,),
    exceptions.ObjectLostError: lambda message, fields: (
        fields.get("object_ref_hex", "?"),
        None,
        fields.get("call_site", ""),
    ),
    exceptions.ObjectReconstructionFailedError: lambda message, fields: (
        fields.get("object_ref_hex", "?"),
        None,
        message,
    ),
}


def _find_class(type_name: str) -> type[Exception] | None:
    """Give the class here that stands for the remote one; only modules that are loaded, or our own, are looked at."""
    module_name, _, name = type_name.rpartition(".")
    if module_name == "ray" or module_name.startswith("ray."):
        module_name = "ray_client" + module_name[len("ray") :]
        try:
            importlib.import_module(module_name)
        except ImportError:
            return None
    found = vars(sys.modules[module_name]).get(name) if module_name in sys.modules else None
    is_error = isinstance(found, type) and issubclass(found, Exception) and not is_stand_in(found)
    return found if is_error else None


def _of_ray(cls: type[exceptions.RayError], message: str, fields: _Fields) -> exceptions.RayError:
    arguments = next(_ARGUMENTS[base] for base in cls.__mro__ if base in _ARGUMENTS)
    error = cls(*arguments(message.removeprefix(cls.text_before), fields))
    if isinstance(error, exceptions.RayActorError):
        error.error_msg = message  # Ray's own class takes its text from there
        error.actor_id = fields.get("actor_id", error.actor_id)
    error.remote_text = message
    return error


def rebuild(type_name: str, message: str, details: Mapping[str, str]) -> Exception:
    """Give the error that Ray raised on the cluster, with `message` as its text.

    An error whose class is not known here comes back as `RayError`, with the class's name in the text; one of a
    function that ran in the driver as a class of that name, which derives from the same classes of Python's too.
    """
    cls = _find_class(type_name)
    if cls is not None and issubclass(cls, exceptions.RayError):
        return _of_ray(cls, message, details)
    if cls is not None:
        try:
            return cls(message)
        except TypeError:
            pass  # its constructor wants something else
    if kinds := details.get("kinds"):
        return named_error(exceptions.RayError, type_name, kinds, message)
    return exceptions.RayError(f"{type_name}: {message}" if type_name else message)
