"""What `ray.util.joblib` has: joblib's work done by a pool of actors."""

from __future__ import annotations

from ray_client.tracebacks import shorten_all

__all__ = ["register_ray"]


def register_ray() -> None:
    """Make `joblib.parallel_backend("ray")` known.

    Raises:
        ImportError: joblib is not installed here; the cluster needs it too.
    """
    try:
        from joblib.parallel import register_parallel_backend
    except ImportError as exc:
        raise ImportError("joblib is not installed: `pip install joblib` here and on the cluster") from exc

    from ray_client.util.joblib._ray_backend import RayBackend

    register_parallel_backend("ray", RayBackend)


shorten_all(globals())
