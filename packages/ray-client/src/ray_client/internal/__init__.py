"""What `ray.internal` has had: freeing objects before their references are gone."""

from __future__ import annotations

from ray_client._private.internal_api import free

__all__ = ["free"]
