"""`LoggingConfig`: how this process and the workers of its session log."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final

from ray_client.handles.current import find_session

#: What each record of Python has; all else in one was added by whoever logged it.
_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"asctime", "message", "taskName"}
_LINE: Final = "%(asctime)s\t%(levelname)s %(filename)s:%(lineno)s -- %(message)s"
#: The loggers that a configuration takes away from the root's handlers: those of Ray's own records.
_OF_RAY: Final = ("ray", "ray_client", "ray_client.driver")


@dataclass
class LoggingConfig:
    """How records are written, by this process and by the tasks and actors of the session.

    Attributes:
        encoding: `TEXT` or `JSON`.
        log_level: the lowest level that is written.
        additional_log_standard_attrs: attributes of Python's records to write too, such as `name`.
    """

    encoding: str = "TEXT"
    log_level: str = "INFO"
    additional_log_standard_attrs: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.encoding not in _ENCODERS:
            raise ValueError(f"Invalid encoding type: {self.encoding}; valid are {', '.join(_ENCODERS)}")
        for name in self.additional_log_standard_attrs:
            if name not in _STANDARD:
                raise ValueError(
                    f"Unknown python logging standard attribute: {name}; valid are {', '.join(sorted(_STANDARD))}"
                )

    def to_dict(self) -> dict[str, object]:
        """Give the attributes by name."""
        return asdict(self)

    @classmethod
    def from_dict(cls, d: Mapping[str, Any]) -> LoggingConfig:
        """Give the configuration with these attributes; other names are passed over."""
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in d.items() if name in known})

    def _apply(self) -> None:
        """Have this process log so, from the root logger on; what was applied before no longer counts."""
        handler = _Handler()
        handler.setLevel(self.log_level)
        handler.setFormatter(_Formatter(self))
        root = logging.getLogger()
        root.setLevel(self.log_level)
        _put(root, handler)
        for name in _OF_RAY:
            logger = logging.getLogger(name)
            logger.setLevel(self.log_level)
            for old in logger.handlers[:]:
                logger.removeHandler(old)
            _put(logger, handler)
            logger.propagate = False


# Its home in Ray, for what travels: the cluster knows it as `ray.LoggingConfig`.
LoggingConfig.__module__ = "ray_client"


if TYPE_CHECKING:
    _StreamHandler = logging.StreamHandler[Any]
else:  # it takes no argument until Python 3.11
    _StreamHandler = logging.StreamHandler


class _Handler(_StreamHandler):
    """Writes to stderr what a configuration says; another one of its kind is taken away for it."""


def _put(logger: logging.Logger, handler: _Handler) -> None:
    for old in logger.handlers[:]:
        if isinstance(old, _Handler):
            logger.removeHandler(old)
    logger.addHandler(handler)


class _Formatter(logging.Formatter):
    def __init__(self, config: LoggingConfig) -> None:
        super().__init__(_LINE)
        self._encode = _ENCODERS[config.encoding]
        self._more = tuple(config.additional_log_standard_attrs)

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)  # it makes `message`, `asctime` and `exc_text` too
        context = {name: getattr(record, name, None) for name in self._more}
        context |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        session = find_session()
        if session is not None:
            context |= {"job_id": session.opened.job_id, "node_id": session.opened.node_id}
        return self._encode(record, line, context | {"timestamp_ns": int(record.created * 1e9)})


def _as_text(record: logging.LogRecord, line: str, context: dict[str, Any]) -> str:
    return " ".join([line, *(f"{name}={value}" for name, value in context.items())])


def _as_json(record: logging.LogRecord, line: str, context: dict[str, Any]) -> str:
    names = ["asctime", "levelname", "message", "filename", "lineno", "process"]
    standard = {name: getattr(record, name) for name in names if hasattr(record, name)}
    if record.exc_text:
        standard["exc_text"] = record.exc_text
    return json.dumps({**standard, **context}, default=str)


_ENCODERS: Final[dict[str, Callable[[logging.LogRecord, str, dict[str, Any]], str]]] = {
    "TEXT": _as_text,
    "JSON": _as_json,
}
