"""The session of a worker that trains. A client is none; on the cluster these are Ray's own functions."""

from __future__ import annotations

from typing import Any

from ray_client.cluster_only import stand_in


def get_session() -> None:
    """Give the session of this worker: None, since a client trains nothing."""


def __getattr__(name: str) -> Any:
    return stand_in(__name__, name)
