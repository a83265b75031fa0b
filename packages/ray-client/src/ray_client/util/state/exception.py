"""What `ray.util.state` raises."""

from __future__ import annotations

__all__ = ["DataSourceUnavailable", "RayStateApiException", "ServerUnavailable"]


class DataSourceUnavailable(Exception):  # noqa: N818 - Ray's name
    """A part of the cluster does not answer."""


class RayStateApiException(Exception):  # noqa: N818 - Ray's name
    """The cluster's state cannot be had; the text says why."""


class ServerUnavailable(RayStateApiException):
    """The cluster has no dashboard, or it does not answer."""
