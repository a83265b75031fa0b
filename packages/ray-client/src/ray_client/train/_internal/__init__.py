"""The private part of `ray.train`, so far as packages take it."""

from __future__ import annotations

from typing import Any

from ray_client.cluster_only import stand_in


def __getattr__(name: str) -> Any:
    return stand_in(__name__, name)
