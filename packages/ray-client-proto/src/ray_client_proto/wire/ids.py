"""Ids of handles: 64 bits, one half for each side, so that neither ever has to ask.

The client counts up from 1 and the driver from `DRIVER_FIRST` (docs/protocol.md, rule I1).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

DRIVER_FIRST = 1 << 63  #: the lowest id that a driver gives
LAST = (1 << 64) - 1


def client_ids() -> Callable[[], int]:
    """Return a function that gives a new client id at each call; safe from any thread."""
    return itertools.count(1).__next__


def driver_ids() -> Callable[[], int]:
    """Return a function that gives a new driver id at each call; safe from any thread."""
    return itertools.count(DRIVER_FIRST).__next__


def is_client_id(handle_id: int) -> bool:
    """Tell whether a client may give this id to a handle.

    >>> is_client_id(1), is_client_id(0), is_client_id(DRIVER_FIRST)
    (True, False, False)
    """
    return 0 < handle_id < DRIVER_FIRST
