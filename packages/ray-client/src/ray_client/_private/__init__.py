"""The private part of `ray` that packages take, so far as it means something here: see docs/packages.md.

Any other name of it stands for itself and explains itself when it is used.
"""

from __future__ import annotations

from typing import Any

from ray_client._private import services, state, worker
from ray_client.cluster_only import stand_in

__all__ = ["services", "state", "worker"]


def __getattr__(name: str) -> Any:
    return stand_in(__name__, name)
