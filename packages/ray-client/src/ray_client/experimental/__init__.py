"""The names of `ray.experimental` that make sense on a client."""

from __future__ import annotations

from typing import Any

from ray_client.experimental.locations import get_local_object_locations, get_object_locations
from ray_client.tracebacks import shorten_all

__all__ = ["get_local_object_locations", "get_object_locations"]


def __getattr__(name: str) -> Any:
    from ray_client.names import find_submodule

    return find_submodule(name, __name__)


shorten_all(globals())
