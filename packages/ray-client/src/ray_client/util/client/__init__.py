"""What packages ask of `ray.util.client`: whether this program is a client. It is, while a session is open."""

from __future__ import annotations

from typing import Any

from ray_client.cluster_only import stand_in
from ray_client.tracebacks import shorten_all
from ray_client_proto.wire import tokens

__all__ = ["num_connected_contexts", "ray"]


class _Api:
    """The functions of `ray` as those of its own client have them."""

    def is_connected(self) -> bool:
        """Tell whether a session is open."""
        import ray_client

        return ray_client.is_initialized()

    def get_context(self) -> _Api:
        """Give this object."""
        return self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        import ray_client

        return getattr(ray_client, name)

    def __reduce__(self) -> tuple[Any, ...]:
        return tokens.ray_global, (f"ray.{__name__.partition('.')[2]}", "ray")


ray = _Api()


def num_connected_contexts() -> int:
    """Give how many sessions are open that calls go to: one, or none."""
    return int(ray.is_connected())


def __getattr__(name: str) -> Any:
    return stand_in(__name__, name)


shorten_all(globals())
