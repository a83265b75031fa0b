"""Lines that many processes print alike: the first is shown at once, and the others are counted, as Ray does.

`RAY_DEDUP_LOGS` and its relatives say whether and how (`config/env.py`).
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from ray_client.config.env import LogMerging
from ray_client_proto.v1.log_pb2 import LogRecord

#: Begins at a word's first character only: one that begins anywhere takes a time that grows with the square of a word.
_WORD_WITH_NUMBER: Final = re.compile(r"(?<!\S)[^\s\d]*\d\S*")
_Key = tuple[int, str]  #: the source, and the text without what differs
_HINT: Final = " (set RAY_DEDUP_LOGS=0 to see every line)"


@dataclass
class _Pattern:
    """What was seen of lines that differ in numbers only, since `began_s`."""

    began_s: float
    sources: set[tuple[str, int]] = field(default_factory=set)
    held: LogRecord | None = None  #: the last line that was not shown
    held_count: int = 0


class Repeats:
    """Holds back what other processes have just said.

    What comes twice from one process is shown twice. Not thread-safe: it belongs to whoever prints.
    """

    def __init__(self, settings: LogMerging, clock: Callable[[], float]) -> None:
        self._settings, self._clock = settings, clock
        self._patterns: OrderedDict[_Key, _Pattern] = OrderedDict()  #: the oldest window first
        self._held: dict[_Key, _Pattern] = {}  #: those with lines that were not shown
        self._is_explained = False

    @property
    def due_s(self) -> float | None:
        """In how many seconds `due` has something to give; None: in no time, for nothing is held."""
        if not self._held:
            return None
        began_s = min(pattern.began_s for pattern in self._held.values())
        return max(0.0, began_s + self._settings.window_s - self._clock())

    def take(self, record: LogRecord) -> Iterator[LogRecord]:
        """Yield what is to be shown now that a worker's line has come."""
        if not self._settings.is_on:
            yield record
            return
        yield from self.due()
        if _matches(self._settings.allow, record) or not (
            _matches(self._settings.skip, record) or self._is_held(record)
        ):
            yield record

    def due(self) -> Iterator[LogRecord]:
        """Yield a line for each pattern that was held for as long as it may be."""
        now_s = self._clock()
        while self._patterns:
            key, pattern = next(iter(self._patterns.items()))
            if now_s - pattern.began_s < self._settings.window_s:
                return
            del self._patterns[key]
            self._held.pop(key, None)
            yield from self._told(pattern)
            if pattern.held_count > 1:  # it may well go on
                self._patterns[key] = _Pattern(now_s, pattern.sources)

    def rest(self) -> Iterator[LogRecord]:
        """Yield all that is held, and begin anew."""
        held, self._held = self._held, {}
        self._patterns.clear()
        for pattern in held.values():
            yield from self._told(pattern)

    def _is_held(self, record: LogRecord) -> bool:
        """Take note of a line, and tell whether another process has said the same a moment ago."""
        text = " ".join(_WORD_WITH_NUMBER.sub("", record.text).split())
        if not text:
            return False
        key = (record.source, text)
        pattern = self._patterns.get(key)
        if pattern is None:
            pattern = self._patterns[key] = _Pattern(self._clock())
            pattern.sources.add((record.node_ip, record.pid))
            return False
        pattern.sources.add((record.node_ip, record.pid))
        if len(pattern.sources) == 1 and record.pid:  # what has none is no worker, and repeats itself
            return False
        pattern.held, pattern.held_count = record, pattern.held_count + 1
        self._held[key] = pattern
        return True

    def _told(self, pattern: _Pattern) -> Iterator[LogRecord]:
        if pattern.held is None:
            return
        told = LogRecord()
        told.CopyFrom(pattern.held)
        if pattern.held_count > 1:
            told.text += f" [repeated {pattern.held_count}x across cluster]"
            if not self._is_explained:
                self._is_explained = True
                told.text += _HINT
        yield told


def _matches(pattern: re.Pattern[str] | None, record: LogRecord) -> bool:
    return pattern is not None and pattern.search(record.text) is not None
