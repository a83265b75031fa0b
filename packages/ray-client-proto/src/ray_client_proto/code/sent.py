"""Byte code that is sent: under the name of its own file, and with its source lines."""

from __future__ import annotations

import functools
import inspect
import linecache
import tokenize
from collections.abc import Callable
from types import CodeType
from typing import Any, Final

#: The lines of a longer function stay here: a bound for every call that sends it.
MAX_CHARS: Final = 256 << 10

#: Where the constructor of a code has the name of its file, in every Python that we support.
_FILE_PLACE: Final = 10


class SourceLines:
    """The lines of a function, as the last constant of its code: so they go wherever the code goes.

    Where it is unpickled, tracebacks and `inspect.getsource` find the lines. Workers have nothing of ours, so the
    class travels by value: it uses no name of this module.
    """

    _MARK = "sent with its code by ray-client"
    _MOST_CHARS = 16 << 20  #: of all files that a process was sent lines of; past it, the oldest are forgotten

    def __init__(self, file: str, first: int, lines: tuple[str, ...]) -> None:
        self.file, self.first, self.lines = file, first, lines

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.show()

    def show(self) -> None:
        """Put the lines where Python looks for source, unless it has them."""
        import linecache  # as the class is alone where it is used

        known = linecache.getlines(self.file)
        start, end = self.first - 1, self.first - 1 + len(self.lines)
        # A lambda may be sent without the rest of its line.
        if end <= len(known) and all(new.strip() in old for new, old in zip(self.lines, known[start:], strict=False)):
            return
        shown = [*known, *["\n"] * (end + 1 - len(known))]
        shown[start:end] = self.lines
        if shown[end] == "\n":
            shown[end] = "...\n"  # else what is known of further lines would count as more of this function
        # With the time of a file that is here, it is read again once it changes; without one, nobody looks for it.
        entry: Any = linecache.cache.pop(self.file, ())  # so that it is the last, and forgotten last
        if len(entry) == 1 or not entry:  # one is of a loader that has no source
            entry = (0, None, [], self._MARK)
        size = entry[0] if entry[1] else sum(map(len, shown))
        linecache.cache[self.file] = (size, entry[1], shown, entry[3])
        ours = {file: entry[0] for file, entry in list(linecache.cache.items()) if entry[-1] == self._MARK}
        for file in list(ours)[:-1]:
            if sum(ours.values()) <= self._MOST_CHARS:
                break
            del ours[file]
            linecache.cache.pop(file, None)


_NAME: Final = "ray-client-source"
_OWN_FILE: Final = SourceLines.__init__.__code__.co_filename
# A module that nobody has: so cloudpickle takes the class by value, here and on the driver.
for _part in (SourceLines, *filter(callable, vars(SourceLines).values())):
    _part.__module__ = _NAME


def own_constants(code: CodeType) -> tuple[Any, ...]:
    """Give the constants that the compiler gave a code: without its lines."""
    constants: tuple[Any, ...] = code.co_consts
    # By name, since another process's class comes as a class of its own.
    return constants[:-1] if constants and type(constants[-1]).__module__ == _NAME else constants


def with_lines(code: CodeType, lines: SourceLines) -> CodeType:
    """Give the code, and every code inside it, with these lines."""
    constants = tuple(with_lines(each, lines) if isinstance(each, CodeType) else each for each in own_constants(code))
    return code.replace(co_consts=(*constants, lines))


def with_own_lines(code: CodeType) -> CodeType:
    """Give the code of a function with its lines, if they are known here and not with it already."""
    file, first = code.co_filename, code.co_firstlineno
    if len(own_constants(code)) < len(code.co_consts) or file == _OWN_FILE:
        return code
    lines = _lines_at(file, first, len(linecache.getlines(file)), linecache.cache.get(file, ())[:2])
    return code if lines is None else with_lines(code, lines)


@functools.lru_cache(maxsize=1024)
def _lines_at(file: str, first: int, _count: int, _stamp: tuple[Any, ...]) -> SourceLines | None:
    """Give the lines of the function that begins there; the other arguments tell one state of the file from others."""
    known = linecache.getlines(file)
    if not 0 < first <= len(known):
        return None
    try:
        lines = inspect.getblock(known[first - 1 :])
    except (tokenize.TokenError, SyntaxError):
        return None
    return SourceLines(file, first, tuple(lines)) if sum(map(len, lines)) <= MAX_CHARS else None


def with_real_file(code: CodeType, reduce: Callable[[CodeType], tuple[Any, tuple[Any, ...]]]) -> tuple[Any, ...]:
    """Give how cloudpickle makes a code anew, under the name of its own file: from 3.1.3 on it leaves that out."""
    make, arguments = reduce(code)
    return make, (*arguments[:_FILE_PLACE], code.co_filename, *arguments[_FILE_PLACE + 1 :])
