"""One line for each event on stderr: time, level, the event's name and its fields."""

from __future__ import annotations

import logging
import sys
import time
from typing import Any

from ray_client_proto.wire.texts import SHOWN_CHARACTERS, escaped

NAME = "ray_client_server"


def _field(value: object) -> str:
    text = str(value)
    if len(text) > SHOWN_CHARACTERS:
        text = text[:SHOWN_CHARACTERS] + "..."
    is_plain = text and text.isprintable() and not any(c.isspace() or c in "\"'=" for c in text)
    return text if is_plain else repr(text)


def event_line(event: str, fields: dict[str, object]) -> str:
    """Give `event key=value ...`; a value with spaces is quoted, so that a line is always one event, and nothing acts.

    >>> event_line("session.ended", {"reason": "lease expired", "age_s": 3})
    "session.ended reason='lease expired' age_s=3"
    """
    return " ".join([event, *(f"{key}={_field(value)}" for key, value in fields.items())])


class _Formatter(logging.Formatter):
    """Writes the errors of others, whose texts may come from a peer, so that nothing in them acts."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name that logging has for it
        return escaped(super().formatException(ei))


class EventLog:
    """Where one part of the server reports its events."""

    def __init__(self, part: str) -> None:
        self._logger = logging.getLogger(f"{NAME}.{part}")

    def debug(self, event: str, /, **fields: object) -> None:
        self._write(logging.DEBUG, event, fields)

    def info(self, event: str, /, **fields: object) -> None:
        self._write(logging.INFO, event, fields)

    def warning(self, event: str, /, **fields: object) -> None:
        self._write(logging.WARNING, event, fields)

    def error(self, event: str, /, exc_info: bool = False, **fields: object) -> None:
        self._logger.error("%s", event_line(event, fields), exc_info=exc_info)

    def _write(self, level: int, event: str, fields: dict[str, object]) -> None:
        if self._logger.isEnabledFor(level):
            self._logger.log(level, "%s", event_line(event, fields))


def log_to_stderr(level: str) -> None:
    """Send the server's own events of `level` and above to stderr, in UTC; other libraries' logs are left alone."""
    handler = logging.StreamHandler(sys.stderr)
    formatter = _Formatter("%(asctime)s.%(msecs)03dZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logger = logging.getLogger(NAME)
    logger.handlers[:] = [handler]
    logger.setLevel(level)
    logger.propagate = False
