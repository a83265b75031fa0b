"""Marks of the suite."""

from __future__ import annotations

from typing import Literal

import pytest


def difference(reason: str, holds_on: Literal["client", "ray"] = "client") -> pytest.MarkDecorator:
    """Mark a case in which client and Ray differ on purpose; `docs/parity.md` is the table of these.

    Args:
        reason: what differs, and why.
        holds_on: which of the two the case describes. It must pass there, and fail on the other.
    """
    return pytest.mark.difference(reason, holds_on=holds_on)
