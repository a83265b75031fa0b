"""What packages take of `ray._private.ray_constants`."""

from __future__ import annotations

from typing import Any, Final

from ray_client.cluster_only import stand_in

#: Of clusters that have a Redis; none has asked for one since Ray 2.
REDIS_DEFAULT_PASSWORD: Final = ""


def __getattr__(name: str) -> Any:
    return stand_in(__name__, name)
