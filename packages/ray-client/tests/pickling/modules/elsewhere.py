"""Reads pickles as another process does, which has none of the classes that were sent."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from typing import Any

from cloudpickle import cloudpickle


def load(stream: bytes, buffers: Iterable[Any] = ()) -> Any:
    """Give the value of a pickle, with classes of its own: cloudpickle would write over those that are here."""
    cloudpickle._DYNAMIC_CLASS_TRACKER_BY_ID.clear()
    cloudpickle._DYNAMIC_CLASS_TRACKER_BY_CLASS.clear()
    return pickle.loads(stream, buffers=buffers)
