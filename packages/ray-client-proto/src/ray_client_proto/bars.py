"""Progress bars of tasks and actors, drawn by the client: Ray's workers print their state as lines of JSON.

Only the client draws them; the code is here since its own wheel is to stay small.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final, Protocol

log = logging.getLogger(__name__)

#: What marks such a line (ray/experimental/tqdm_ray.py, Ray 2.3 to 2.60).
_MAGIC: Final = "__ray_tqdm_magic_token__"

State = Mapping[str, Any]


class Drawn(Protocol):
    """A bar on the screen, as `tqdm` has it."""

    n: float
    total: float | None

    def set_description(self, desc: str, refresh: bool = True) -> object: ...

    def refresh(self) -> object: ...

    def clear(self) -> object: ...

    def close(self) -> object: ...


def state_of(line: str) -> State | None:
    """Give the state that a line of a worker's output is; None for any other line."""
    if _MAGIC not in line:
        return None
    try:
        state = json.loads(line)
    except (ValueError, RecursionError):
        return None  # somebody prints the word
    is_state = isinstance(state, dict) and state.get("__magic_token__") == _MAGIC and isinstance(state.get("uuid"), str)
    return state if is_state else None


class Bars:
    """The bars on the screen. Safe from any thread."""

    def __init__(self, draw: Callable[..., Drawn] | None = None) -> None:
        """Begin without any.

        Args:
            draw: makes a bar; None: that of the package tqdm, if it is installed.
        """
        self._draw = draw
        self._lock = threading.RLock()  # drawing may run the collector, and that the `close` of a bar
        self._drawn: dict[str, Drawn] = {}
        self._is_warned = False

    def show(self, state: State, prefix: str = "") -> None:
        """Draw a bar in this state: a new one, or the one of the same `uuid` anew."""
        with self._lock:
            bar = self._drawn.get(state["uuid"])
            if bar is None:
                bar = self._begin(state, prefix)
                if bar is None:
                    return
                self._drawn[state["uuid"]] = bar
            bar.total, bar.n = state.get("total"), state.get("x", 0)
            bar.set_description(prefix + str(state.get("desc", "")), refresh=False)
            bar.refresh()
            if state.get("closed"):
                del self._drawn[state["uuid"]]
                bar.close()

    def show_remote(self, state: State) -> None:
        """Draw a bar of a worker, whose process and node stand before it; one that cannot be drawn is told once."""
        try:
            self.show(state, f"(pid={state.get('pid')}, ip={state.get('ip')}) ")
        except BaseException as exc:  # noqa: BLE001 - a state that makes no sense, or the program's own stderr
            with suppress(BaseException):  # logging may lead to the same stream
                self._warn(f"a progress bar cannot be drawn ({exc!r}): {state}")

    def _begin(self, state: State, prefix: str) -> Drawn | None:
        draw = self._draw or self._find_tqdm()
        if draw is None:
            return None
        return draw(
            desc=prefix + str(state.get("desc", "")),
            total=state.get("total"),
            unit=state.get("unit") or "it",
            dynamic_ncols=True,
            unit_scale=True,
        )

    def _find_tqdm(self) -> Callable[..., Drawn] | None:
        try:
            from tqdm.auto import tqdm
        except ImportError:
            self._warn("tqdm is not installed here, so progress bars are not drawn: `pip install tqdm`")
            return None
        self._draw = tqdm
        return self._draw

    def _warn(self, what: str) -> None:
        if not self._is_warned:
            self._is_warned = True
            log.warning("%s", what)

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Take the bars off the screen for as long as something else is printed."""
        with self._lock:
            bars = list(self._drawn.values())
            _each(bars, "clear")
            try:
                yield
            finally:
                _each(bars, "refresh")

    def close(self, timeout_s: float = -1) -> None:
        """Leave all bars as they are: nobody draws them any more.

        Args:
            timeout_s: how long to wait while one is being drawn; -1: until it is.
        """
        if not self._lock.acquire(timeout=timeout_s):
            return
        try:
            _each(self._drawn.values(), "close")
            self._drawn.clear()
        finally:
            self._lock.release()


def _each(bars: Iterable[Drawn], method: str) -> None:
    for bar in bars:
        with suppress(BaseException):  # the screen is the program's stderr, which may be anything
            getattr(bar, method)()


#: Those of this process.
bars: Final = Bars()
