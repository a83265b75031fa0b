"""How many files the gateway may have open: what the system allows, with a reserve that connections may not use."""

from __future__ import annotations

import contextlib
import resource
from typing import Final

MOST_FILES: Final = 65_536  #: is enough; some programs look at each number that they may have
RESERVE_FILES: Final = 256  #: for drivers, packages, logs and the relay's sockets; at most a quarter of all


def raise_limit() -> int:
    """Raise the limit of open files to what the system allows this process, and give it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):  # some systems allow less than they say
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_FILES if soft == resource.RLIM_INFINITY else soft


def ceiling(limit: int) -> int:
    """Give the number from which on no connection may be taken.

    The system gives each new file the lowest number that is free: so one that has this number says that all below are
    in use.

    >>> ceiling(1024), ceiling(400)
    (768, 300)
    """
    return limit - min(RESERVE_FILES, limit // 4)
