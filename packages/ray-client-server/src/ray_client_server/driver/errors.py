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
    return OperationError(Failure(code=code, message=message, details=details))
