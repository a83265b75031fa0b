"""Failures of operations as exceptions of Python."""

from __future__ import annotations

from ray_client import exceptions
from ray_client.errors import MissingModuleError
from ray_client.pickling.missing import line_to_add
from ray_client.rebuilding import rebuild
from ray_client.transport.status import Context, error_from_failure
from ray_client_proto.v1.error_pb2 import Failure


class DriverTraceback(Exception):  # noqa: N818 - it is none of its own: tracebacks show it as the cause of another
    """The traceback that an error had in the driver."""

    def __str__(self) -> str:
        return f'\n"""\n{self.args[0]}"""'


def exception_of(failure: Failure, cause: BaseException | None, session_id: str) -> BaseException:
    """Give the exception to raise for a failure of an operation.

    Args:
        failure: what the driver said.
        cause: the user's own exception, unpickled, where there is one.
        session_id: of the session that the failure came from.
    """
    if failure.code == Failure.TASK_ERROR:
        return _task_error(failure, cause)
    if failure.code == Failure.RAY_ERROR and cause is not None:  # of a function that ran in the driver itself
        cause.__cause__ = DriverTraceback(failure.traceback)
        return cause
    if failure.code == Failure.RAY_ERROR:
        return _ray_error(failure)
    if failure.code == Failure.END_OF_STREAM:
        return StopIteration()
    if failure.code == Failure.UNPICKLE_FAILED and (module := failure.details.get("missing_module")):
        what, wanted = failure.details.get("what", "a value"), failure.details.get("wanted", "")
        return MissingModuleError(module, "cluster", what, wanted, line_to_add(module))
    return error_from_failure(failure, Context("carrying out an operation", session_id=session_id))


def _task_error(failure: Failure, cause: BaseException | None) -> BaseException:
    details = failure.details
    error = exceptions.RayTaskError(
        details.get("function_name", ""),
        failure.traceback or failure.message,
        cause,
        proctitle=details.get("proctitle"),
        pid=int(details["pid"]) if details.get("pid") else None,
        ip=details.get("ip"),
    )
    _advise(failure, "the task")
    error.remote_text = failure.message or None  # without Ray's own frames, as Ray shows it
    return error.as_instanceof_cause() if cause is not None else error


def _advise(failure: Failure, what: str) -> None:
    """Say in the failure's text what to do about a module that a worker lacks."""
    module = failure.details.get("missing_module")
    if module:
        name = failure.details.get("function_name") or what
        failure.message += (
            f"\nThe module {module!r} is missing on the cluster, and {name} needs it: add {line_to_add(module)}, "
            "for the session or in .options() of a task or an actor."
        )


def _ray_error(failure: Failure) -> BaseException:
    _advise(failure, "this")
    return rebuild(failure.type_name, failure.message, dict(failure.details))
