"""Texts of a peer's, as they may be shown: on a terminal or in a log nothing in them acts."""

from __future__ import annotations

from typing import Final

SHOWN_CHARACTERS: Final = 1000


def shown(text: str, most: int = SHOWN_CHARACTERS) -> str:
    r"""Give a text in one line, with an escape for each character that is not printable, and cut if it is long.

    >>> shown("a\x1b[2J\n") == r"a\x1b[2J\n"
    True
    >>> shown("abcdef", 3)
    'abc...'
    """
    cut = text if len(text) <= most else text[:most] + "..."
    return cut if cut.isprintable() else "".join(c if c.isprintable() else _escaped(c) for c in cut)


def shown_lines(text: str) -> str:
    r"""Give a text of several lines, each as `shown` gives it, however long.

    >>> shown_lines("a\n\tb\x07") == "a\n    b" + chr(92) + "x07"
    True
    """
    return "\n".join(shown(line.expandtabs(4), len(text) * 4) for line in text.split("\n"))


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
