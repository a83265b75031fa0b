"""Metrics of the user's own. They are made here or in a task, and counted on the cluster.

Each travels as what makes Ray's own of the same name. What is recorded here is recorded by the session's driver,
and each record waits for its answer: metrics belong into tasks and actors.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from typing import Any, TypeVar

__all__ = ["Counter", "Gauge", "Histogram"]

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")

_M = TypeVar("_M", bound="Metric")


class Metric:
    """What all metrics have in common."""

    def __init__(self, name: str, description: str = "", tag_keys: tuple[str, ...] | None = None) -> None:
        """Take what describes the metric.

        Raises:
            ValueError: the name is empty.
            TypeError: the keys are no tuple of strings.
        """
        if not name:
            raise ValueError("Empty name is not allowed. Please provide a metric name.")
        if not _NAME.fullmatch(name):
            text = f"Invalid metric name: {name}. It is discarded: names are letters, digits, _ and :"
            warnings.warn(text, UserWarning, stacklevel=3)
        keys = () if tag_keys is None else tag_keys
        if not isinstance(keys, tuple):
            raise TypeError(f"tag_keys should be a tuple type, got: {type(keys)}")
        for key in keys:
            if not isinstance(key, str):
                raise TypeError(f"Tag keys must be str, got {type(key)}.")
        self._name = name
        self._description = description
        self._tag_keys = keys
        self._default_tags: dict[str, str] = {}

    def set_default_tags(self: _M, default_tags: dict[str, str]) -> _M:
        """Set the tags that count where a record does not say otherwise; gives the metric.

        Raises:
            ValueError: a key is none of the metric's.
            TypeError: a value is no string.
        """
        for key, value in default_tags.items():
            if key not in self._tag_keys:
                raise ValueError(f"Unrecognized tag key {key}.")
            _check_tag(value)
        self._default_tags = default_tags
        return self

    @property
    def info(self) -> dict[str, Any]:
        """What describes the metric, by name."""
        return {
            "name": self._name,
            "description": self._description,
            "tag_keys": self._tag_keys,
            "default_tags": self._default_tags,
        }

    def _record(self, method: str, value: float, tags: dict[str, str] | None) -> None:
        if not isinstance(value, (int, float)):
            raise TypeError(f"value must be int or float, got {type(value)}.")
        for tag in (tags or {}).values():
            _check_tag(tag)
        all_tags = {**self._default_tags, **(tags or {})}
        if missing := [key for key in self._tag_keys if key not in all_tags]:
            raise ValueError(f"Missing value for tag key(s): {','.join(missing)}.")

        from ray_client.api import queries

        queries.record_metric(self, method, value, all_tags)


def _check_tag(value: Any) -> None:
    if not isinstance(value, str):
        raise TypeError(f"Tag values must be str, got {type(value)}.")


class Counter(Metric):
    """A number that only grows."""

    def inc(self, value: float = 1.0, tags: dict[str, str] | None = None) -> None:
        """Add to it.

        Raises:
            ValueError: the value is not more than 0, or a tag is missing.
            TypeError: the value is no number, or a tag's is no string.
        """
        if isinstance(value, (int, float)) and value <= 0:
            raise ValueError(f"value must be >0, got {value}")
        self._record("inc", value, tags)

    def __reduce__(self) -> tuple[Any, ...]:
        return Counter, (self._name, self._description, self._tag_keys)


class Gauge(Metric):
    """A number that goes up and down."""

    def set(self, value: float | None, tags: dict[str, str] | None = None) -> None:
        """Give it a value; None changes nothing.

        Raises:
            ValueError: a tag is missing.
            TypeError: the value is no number, or a tag's is no string.
        """
        if value is not None:
            self._record("set", value, tags)

    def __reduce__(self) -> tuple[Any, ...]:
        return Gauge, (self._name, self._description, self._tag_keys)


class Histogram(Metric):
    """How often values lie between some boundaries."""

    def __init__(
        self,
        name: str,
        description: str = "",
        boundaries: Sequence[float] | None = None,
        tag_keys: tuple[str, ...] | None = None,
    ) -> None:
        """Take what describes the metric.

        Raises:
            ValueError: the name is empty, or there is no boundary, or one is not more than 0.
            TypeError: the keys are no tuple of strings.
        """
        super().__init__(name, description, tag_keys)
        if not boundaries:
            raise ValueError('boundaries are missing: give them as in Histogram("name", boundaries=[1.0, 2.0])')
        for index, boundary in enumerate(boundaries):
            if boundary <= 0:
                raise ValueError(f"Invalid `boundaries` argument at index {index}, {boundaries}: it must be positive")
        self.boundaries = boundaries

    @property
    def info(self) -> dict[str, Any]:
        """What describes the metric, by name."""
        return {**super().info, "boundaries": self.boundaries}

    def observe(self, value: float, tags: dict[str, str] | None = None) -> None:
        """Count a value.

        Raises:
            ValueError: a tag is missing.
            TypeError: the value is no number, or a tag's is no string.
        """
        self._record("observe", value, tags)

    def __reduce__(self) -> tuple[Any, ...]:
        return Histogram, (self._name, self._description, self.boundaries, self._tag_keys)
