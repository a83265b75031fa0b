"""What this program prints, read while it goes on printing.

pytest's own capture is for what is there at the end: what comes between its reading and its emptying is lost.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from processes import poll

if TYPE_CHECKING:
    from typing_extensions import Self


class Printed:
    """The text of both streams so far, of what is printed inside the context."""

    def __init__(self) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="rcp-")
        self._paths = Path(self._directory.name) / "out", Path(self._directory.name) / "err"
        self._streams = contextlib.ExitStack()

    def __enter__(self) -> Self:
        for path, redirect in zip(self._paths, (contextlib.redirect_stdout, contextlib.redirect_stderr), strict=True):
            file = self._streams.enter_context(path.open("w", buffering=1, encoding="utf-8"))
            self._streams.enter_context(redirect(file))
        return self

    def __exit__(self, *_: object) -> None:
        self._streams.close()

    @property
    def out(self) -> str:
        return self._paths[0].read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        return self._paths[1].read_text(encoding="utf-8")

    def has(self, condition: Callable[[Printed], bool], within_s: float = 30) -> bool:
        """Whether the condition came true in time."""
        return poll(lambda: condition(self), within_s)
