"""Texts that a peer chose, on their way to a terminal or a log."""

from __future__ import annotations

import re
from typing import Final

#: What moves a terminal's cursor, or ends a log's line where none ends: C0 but for tabs and newlines, and C1.
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def escaped(text: str) -> str:
    r"""Give the text with its control characters as their escapes; lines stay lines.

    >>> print(escaped("red: \x1b[31m, and\ta tab"))
    red: \x1b[31m, and	a tab
    """
    return _CONTROL.sub(lambda found: repr(found[0])[1:-1], text)
