"""Progress bars for tasks and actors. In a task it is Ray's own module; the bars are drawn in the client's process."""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from ray_client.tracebacks import shorten_all
from ray_client_proto.bars import Bars, bars

__all__ = ["instance", "safe_print", "tqdm"]


def instance() -> Bars:
    """Give the bars of this process."""
    return bars


def safe_print(*args: Any, **kwargs: Any) -> None:
    """Print without tearing a bar apart; the arguments are those of `print`."""
    with bars.hidden():
        print(*args, **kwargs)  # noqa: T201 - that is what it is for


class tqdm:  # noqa: N801 - Ray's name
    """A bar, with the part of tqdm's interface that Ray has. It is drawn at most once in `flush_interval_s`."""

    DEFAULT_FLUSH_INTERVAL_SECONDS = 1.0
    n = 0
    total: int | None = None

    def __init__(
        self,
        iterable: Iterable[Any] | None = None,
        desc: str | None = None,
        total: int | None = None,
        unit: str | None = None,
        position: int | None = None,
        flush_interval_s: float | None = None,
    ) -> None:
        if total is None and hasattr(iterable, "__len__"):
            total = len(iterable)  # type: ignore[arg-type]  # it has a length
        self._iterable, self._desc, self._unit, self._position = iterable, desc or "", unit or "it", position or 0
        self._flush_interval_s = self.DEFAULT_FLUSH_INTERVAL_SECONDS if flush_interval_s is None else flush_interval_s
        self._uuid = uuid.uuid4().hex
        self._is_closed = False
        self._shown_s = float("-inf")
        self.total = total

    def set_description(self, desc: str) -> None:
        """Change the text before the bar."""
        self._desc = desc
        self._show()

    def update(self, n: int = 1) -> None:
        """Go on by `n`."""
        self.n += n
        self._show()

    def refresh(self) -> None:
        """Draw it anew, if it was not drawn just now."""
        self._show()

    def close(self) -> None:
        """End it."""
        self._is_closed = True
        self._show(is_forced=True)

    def __iter__(self) -> Iterator[Any]:
        if self._iterable is None:
            raise ValueError("No iterable provided")
        for element in self._iterable:
            self.update(1)
            yield element

    def _show(self, is_forced: bool = False) -> None:
        now_s = time.monotonic()
        if is_forced or now_s - self._shown_s >= self._flush_interval_s:
            self._shown_s = now_s
            bars.show(self._state())

    def _state(self) -> dict[str, Any]:
        return {
            "x": self.n,
            "pos": self._position,
            "desc": self._desc,
            "total": self.total,
            "unit": self._unit,
            "ip": socket.gethostname(),
            "pid": os.getpid(),
            "uuid": self._uuid,
            "closed": self._is_closed,
        }

    def __reduce__(self) -> tuple[Any, ...]:
        # A bar of its own there: this one is drawn here.
        return tqdm, (self._iterable, self._desc, self.total, self._unit, self._position, self._flush_interval_s)


shorten_all(globals())
