"""`ray.client(...)`, the older way to open a session, step by step."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from ray_client.api.context import ClientContext
from ray_client.api.job_config import JobConfig
from ray_client.api.lifecycle import init
from ray_client.tracebacks import shorten_all

__all__ = ["ClientBuilder", "client"]


class ClientBuilder:
    """What a session is to be opened with; `connect` opens it. Deprecated, as in Ray: call `init`."""

    def __init__(self, address: str | None) -> None:
        self.address = address
        self._warns = True
        self._job_config = JobConfig()
        self._options: dict[str, Any] = {}

    def env(self, env: Mapping[str, Any]) -> ClientBuilder:
        """Set the runtime environment; gives the builder back."""
        self._job_config.set_runtime_env(env)
        return self

    def namespace(self, namespace: str) -> ClientBuilder:
        """Set the namespace; gives the builder back."""
        self._job_config.set_ray_namespace(namespace)
        return self

    def _init_args(self, **kwargs: Any) -> ClientBuilder:
        """Take other options of `init`; gives the builder back."""
        self._options.update(kwargs)
        return self

    def connect(self) -> ClientContext:
        """Open the session; raises as `init`."""
        if self._warns:
            named = f"{self.address!r}, ..." if self.address else "..."
            text = f"ray.client() is deprecated; call ray.init({named}) instead"
            warnings.warn(text, DeprecationWarning, stacklevel=2)
        return init(self.address, **{"job_config": self._job_config, **self._options})


def client(address: str | None = None, _deprecation_warn_enabled: bool = True) -> ClientBuilder:
    """Begin to open a session, step by step. Deprecated, as in Ray: call `init`.

    Args:
        address: as for `init`.
        _deprecation_warn_enabled: warn of that when it connects.
    """
    builder = ClientBuilder(address)
    builder._warns = _deprecation_warn_enabled
    return builder


shorten_all(globals())
