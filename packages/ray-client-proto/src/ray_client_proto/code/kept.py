"""Source that came from the other side: for the way back."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from typing import Final, NamedTuple

from ray_client_proto.code.build import FunctionSource, Scope, standalone

#: All texts that are kept; past it, those seen longest ago are forgotten. It bounds what a peer can make us hold.
MAX_CHARS: Final = 64 << 20

_lock = threading.Lock()
_kept: OrderedDict[tuple[str, int, str], FunctionSource] = OrderedDict()
_by_file: dict[str, list[FunctionSource]] = {}
_chars = 0


def keep(source: FunctionSource) -> None:
    """Remember a source."""
    global _chars
    key = (source.file, source.line, source.text)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return
        _kept[key] = source
        _by_file.setdefault(source.file, []).append(source)
        _chars += len(source.text)
        while _chars > MAX_CHARS and len(_kept) > 1:
            _, oldest = _kept.popitem(last=False)
            _chars -= len(oldest.text)
            _by_file[oldest.file].remove(oldest)


class Text(NamedTuple):
    """Text that can be parsed, how far its lines are off those of its file, and the scopes that it was taken from."""

    text: str
    lines_off: int
    outer: tuple[Scope, ...]
    imports: frozenset[str] | None  #: names that its module imports; None if the text is a whole module


def texts(file: str, line: int) -> Iterator[Text]:
    """Give the texts kept for a file that have a line, latest first."""
    with _lock:
        sources = list(_by_file.get(file, ()))
    for source in reversed(sources):
        if source.line <= line <= source.line + source.text.count("\n"):
            yield Text(*standalone(source), source.scopes, frozenset(source.imports))
