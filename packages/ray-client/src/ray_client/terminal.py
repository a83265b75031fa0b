"""What the program has as its standard output and error, which may be anything: replaced, closed, narrow, broken."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from typing import Any, Final

log = logging.getLogger(__name__)

_told: Final[set[tuple[bool, type, type]]] = set()  #: what was said about streams that do not take text


def is_terminal(is_err: bool) -> bool:
    """Tell whether standard output, or error, is a terminal."""
    try:
        return bool(_stream(is_err).isatty())
    except BaseException:  # noqa: BLE001 - the program's own code, or there is no stream
        return False


def write(text: str, is_err: bool) -> None:
    """Write lines to standard output, or error, as it is now. What it does not take is lost, and nothing is raised.

    A character that it cannot encode is written as an escape.
    """
    stream = _stream(is_err)
    if stream is None:
        return  # as under pythonw: there is nobody to read it
    # One write, which keeps lines together. A stream of the program's own may raise whatever it likes, SystemExit too.
    try:
        try:
            stream.write(text)
        except UnicodeEncodeError:
            stream.write(_encodable(text, stream))
        if hasattr(stream, "flush"):
            stream.flush()
    except BrokenPipeError:
        return  # as of `| head`, which has all that it wanted
    except BaseException as exc:  # noqa: BLE001 - the stream is the program's own, and may raise anything
        if not _is_closed(stream):
            _tell(is_err, stream, exc)


def _stream(is_err: bool) -> Any:
    # Looked up each time: programs, tests and notebooks replace them.
    return getattr(sys, "stderr" if is_err else "stdout", None)


def _encodable(text: str, stream: Any) -> str:
    encoding = getattr(stream, "encoding", None)
    try:
        return text.encode(encoding or "ascii", "backslashreplace").decode(encoding or "ascii")
    except (LookupError, TypeError, UnicodeError):  # it names no encoding that Python knows
        return text.encode("ascii", "backslashreplace").decode("ascii")


def _is_closed(stream: Any) -> bool:
    try:
        return bool(stream.closed)
    except BaseException:  # noqa: BLE001 - it says nothing about it
        return False


def _tell(is_err: bool, stream: Any, exc: BaseException) -> None:
    """Say that lines were lost, once for each kind of stream and error."""
    kind = (is_err, type(stream), type(exc))
    if kind not in _told:
        _told.add(kind)
        with suppress(BaseException):  # logging may lead to the same stream
            name, cls = "sys.stderr" if is_err else "sys.stdout", type(stream)
            log.warning("%s, a %s.%s, raised %r: output of tasks is lost", name, cls.__module__, cls.__qualname__, exc)
