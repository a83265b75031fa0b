"""The module under test, under the name that every program gives it: `from conformance.api import ray`."""

from __future__ import annotations

import os

IS_NATIVE = os.environ.get("RAY_CLIENT_CONFORMANCE", "client") == "native"
#: Whether drivers are to open all values, as those before 0.3.0 do; what is promised holds both ways.
OPENS_VALUES = os.environ.get("RAY_CLIENT_CONFORMANCE_VALUES") == "opened" and not IS_NATIVE

if IS_NATIVE:
    # Read when Ray is imported: without them a token in the user's home changes how it connects.
    os.environ["RAY_AUTH_MODE"] = "disabled"
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    import ray
else:
    import ray_client as ray

exceptions = ray.exceptions

__all__ = ["IS_NATIVE", "OPENS_VALUES", "exceptions", "ray"]
