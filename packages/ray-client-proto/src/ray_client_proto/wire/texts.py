"""Texts that a peer chose, on their way to a terminal or a log: nothing in them acts."""

from __future__ import annotations

import re
from typing import Final

SHOWN_CHARACTERS: Final = 1000

#: What moves a terminal's cursor, ends a log's line where none ends, turns the direction of reading, or is no text:
#: C0 but for tabs and newlines, C1, the separators and directions of Unicode, and surrogates that stand alone.
_ACTING: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def escaped(text: str) -> str:
    r"""Give the text with an escape for each character that acts; lines stay lines.

    >>> print(escaped("red: \x1b[31m"))
    red: \x1b[31m
    """
    return _ACTING.sub(lambda found: repr(found[0])[1:-1], text)


def shown(text: str, most: int = SHOWN_CHARACTERS) -> str:
    r"""Give a text in one line, with an escape for each character that is not printable, and cut if it is long.

    >>> shown("a\x1b[2J\n") == r"a\x1b[2J\n"
    True
    >>> shown("abcdef", 3)
    'abc...'
    """
    cut = text if len(text) <= most else text[:most] + "..."
    return cut if cut.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in cut)
