"""What `ray.util.debug` has: log something once, and not at every turn of a loop."""

from __future__ import annotations

import time

from ray_client.tracebacks import shorten_all

__all__ = ["disable_log_once_globally", "enable_periodic_logging", "log_once", "reset_log_once"]

_PERIOD_S = 60.0


class _Seen:
    """What was logged already, by key. Not locked: a line too many does no harm."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.is_disabled = False
        self.is_periodic = False
        self.last_s = 0.0


_seen = _Seen()


def log_once(key: str) -> bool:
    """Tell whether this is the first time that the key is asked for in this process."""
    if _seen.is_disabled:
        return False
    now_s = time.monotonic()
    if key in _seen.keys:
        if _seen.is_periodic and now_s - _seen.last_s > _PERIOD_S:
            _seen.keys.clear()  # from the next time on
            _seen.last_s = now_s
        return False
    _seen.keys.add(key)
    _seen.last_s = now_s
    return True


def reset_log_once(key: str | None = None) -> None:
    """Take the key, or all of them, as never asked for."""
    if key is None:
        _seen.keys.clear()
    else:
        _seen.keys.discard(key)


def disable_log_once_globally() -> None:
    """Have `log_once` say no to everything in this process."""
    _seen.is_disabled = True


def enable_periodic_logging() -> None:
    """Have `log_once` say yes again to each key, about once a minute."""
    _seen.is_periodic = True


shorten_all(globals())
