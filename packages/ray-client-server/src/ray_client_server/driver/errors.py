"""What an operation can fail with on our own account, as data that goes to the client.

    OperationError           carries the failure that the client gets
    └── FailedObjectError    an argument is an object that has failed; the same failure goes on

Failures that come out of Ray or of the user's code are described in `failures`.
"""

from __future__ import annotations

from ray_client_proto.v1.error_pb2 import Failure


class OperationError(Exception):
    """An operation was refused; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class FailedObjectError(OperationError):
    """An operation wants an object that has failed before."""


def refused(code: Failure.Code, message: str, **details: str) -> OperationError:
    """Give the error for an operation that is refused with this code and text."""
    details = {name: printable(value) for name, value in details.items()}
    return OperationError(Failure(code=code, message=printable(message), details=details))


def text_of(error: BaseException) -> str:
    """Give the text of an exception, whatever its `__str__` does."""
    try:
        return str(error)
    # `__str__` of a user's exception may raise anything.
    except BaseException as second:  # noqa: BLE001
        return f"{type(error).__qualname__} (its text cannot be made: {type(second).__name__})"


def printable(text: str) -> str:
    r"""Give a text that can be sent: a lone surrogate, which no UTF-8 has, is shown as its escape.

    >>> printable("a\udc80") == "a" + chr(92) + "udc80"
    True
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
