"""Where in the user's code a call was made."""

from __future__ import annotations

import sys
from pathlib import Path

_OURS = str(Path(__file__).resolve().parent.parent)


def call_site() -> str:
    """Give `file:line in function` of the innermost frame outside this package."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_OURS):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_name}"
