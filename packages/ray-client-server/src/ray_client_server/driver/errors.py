"""What an operation can fail with on our own account, as data that goes to the client.

    OperationError           carries the failure that the client gets
    └── FailedObjectError    an argument is an object that has failed; the same failure goes on

Failures that come out of Ray or of the user's code are described in `failures`.
"""

from __future__ import annotations

from typing import Final

from ray_client_proto.v1.error_pb2 import Failure

TEXT_CHARACTERS: Final = 256 * 1024  #: of one text of a failure


class OperationError(Exception):
    """An operation was refused; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class FailedObjectError(OperationError):
    """An operation wants an object that has failed before."""


def refused(code: Failure.Code, message: str, **details: str) -> OperationError:
    """Give the error for an operation that is refused with this code and text."""
    details = {name: shortened(value) for name, value in details.items()}
    return OperationError(Failure(code=code, message=shortened(message), details=details))


def has_text(error: BaseException) -> bool:
    """Tell whether an exception can be shown: `__str__` of a user's may raise anything."""
    try:
        str(error)
    # As the text says: `__str__` may raise anything.
    except BaseException:  # noqa: BLE001
        return False
    return True


def text_of(error: BaseException) -> str:
    """Give the text of an exception, whatever its `__str__` does."""
    try:
        return str(error)
    # `__str__` of a user's exception may raise anything.
    except BaseException as second:  # noqa: BLE001
        return f"{type(error).__qualname__} (its text cannot be made: {type(second).__name__})"


def shortened(text: str) -> str:
    """Give a text that can be sent, without its middle if it is long: a failure must fit into a frame."""
    text = printable(text)
    if len(text) <= TEXT_CHARACTERS:
        return text
    half = TEXT_CHARACTERS // 2
    return f"{text[:half]}\n... {len(text) - 2 * half} characters left out ...\n{text[-half:]}"


def printable(text: str) -> str:
    r"""Give a text that can be sent: a lone surrogate, which no UTF-8 has, is shown as its escape.

    >>> printable("a\udc80") == "a" + chr(92) + "udc80"
    True
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
