"""Exceptions as data: what the client is told of everything that Ray or the user's code raised."""

from __future__ import annotations

import re
import traceback
from typing import Any, Final

from ray_client_proto.v1.error_pb2 import Failure
from ray_client_server.driver.errors import OperationError, shortened, text_of
from ray_client_server.driver.pickling import Codec

_CALL_SITE_CHARACTERS: Final = 4096  #: which the client chooses
_MISSING: Final = re.compile(r"ModuleNotFoundError: No module named '([\w.]+)'")

#: Fields of Ray's errors that the client's mirror of them has too.
_FIELDS: Final = (
    "function_name",
    "proctitle",
    "pid",
    "ip",
    "actor_repr",
    "actor_id",
    "task_id",
    "error_message",
    "error_msg",
    "actor_init_failed",
    "preempted",
    "object_ref_hex",
    "owner_address",
    "call_site",
    "reason",
    "reason_message",
    "rpc_code",
    "message",
)


def type_name(error: BaseException) -> str:
    """Give the module and the qualified name of an exception's type.

    >>> type_name(ValueError("x"))
    'builtins.ValueError'
    """
    return f"{type(error).__module__}.{type(error).__qualname__}"


def describe(error: BaseException, codec: Codec) -> Failure:
    """Give the failure that tells the client of `error`, whatever its attributes and its `__str__` do."""
    try:
        return _describe(error, codec)
    # An exception of the user's may raise anything where it is looked at.
    except BaseException as second:  # noqa: BLE001
        text = f"{type_name(error)}, which cannot be described: {type_name(second)}: {text_of(second)}"
        return Failure(code=Failure.RAY_ERROR, type_name=type_name(error), message=shortened(text))


def _describe(error: BaseException, codec: Codec) -> Failure:
    if isinstance(error, OperationError):
        return error.failure
    if isinstance(error, codec.port.RayTaskError):
        return _describe_task_error(error, codec)
    return Failure(
        code=Failure.RAY_ERROR,
        type_name=type_name(error),
        message=shortened(text_of(error)),
        traceback=shortened("".join(traceback.format_exception(error))),
        details={**_fields(error), **_missing_module(error, codec)},
    )


def _describe_task_error(error: Any, codec: Codec) -> Failure:
    failure = Failure(
        code=Failure.TASK_ERROR,
        type_name=type_name(error.cause if error.cause is not None else error),
        message=shortened(text_of(error)),
        # One that Ray has made anew, of its cause, has its text alone.
        traceback=shortened(str(getattr(error, "traceback_str", None) or text_of(error))),
        details={**_fields(error), **_missing_module(error, codec)},
    )
    if error.cause is not None:
        failure.details["cause_message"] = shortened(text_of(error.cause))
        try:
            failure.cause.CopyFrom(codec.encode(error.cause))
        except OperationError as refusal:
            failure.details["cause_missing"] = str(refusal)
    return failure


def at_call_site(failure: Failure, call_site: str) -> Failure:
    """Give the failure with the place of the user's call in its text (O1)."""
    if not call_site:
        return failure
    placed = Failure()
    placed.CopyFrom(failure)
    call_site = call_site[:_CALL_SITE_CHARACTERS]
    placed.message = f"{failure.message}\nThe call was made at {call_site}"
    placed.details["call_site"] = call_site
    return placed


def _missing_module(error: BaseException, codec: Codec) -> dict[str, str]:
    """Give the module that a worker lacks, if that is what went wrong."""
    cause = getattr(error, "cause", None) or error
    if isinstance(cause, ModuleNotFoundError):
        return {"missing_module": shortened(str(cause.name or ""))}
    # Where a worker fails to unpickle a function, a class or an argument, Ray keeps the text alone.
    if isinstance(error, codec.port.RayError) and (found := _MISSING.search(text_of(error))):
        return {"missing_module": found[1]}
    return {}


def _fields(error: BaseException) -> dict[str, str]:
    values = {name: getattr(error, name, None) for name in _FIELDS}
    return {name: shortened(_astext_of(value)) for name, value in values.items() if _is_data(value)}


def _is_data(value: object) -> bool:
    return value is not None and not callable(value)


def _astext_of(value: Any) -> str:
    # Ray's ids, and ids as bytes, read as hex everywhere else.
    return str(value.hex()) if hasattr(value, "hex") and not isinstance(value, float) else str(value)
