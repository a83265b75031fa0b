"""What `ray.util.dask` has: Dask's graphs computed by tasks, with results that stay on the cluster in between.

Dask is no requirement of this package: it is imported when one of these functions is called.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ray_client.tracebacks import shorten_all

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

__all__ = ["disable_dask_on_ray", "enable_dask_on_ray", "ray_dask_get", "ray_dask_get_sync", "ray_dask_persist"]


def enable_dask_on_ray(shuffle: str | None = "tasks", use_shuffle_optimization: bool = True) -> Any:
    """Have Dask compute on the cluster from now on, or within the `with` block that this begins.

    Args:
        shuffle: how data frames are shuffled.
        use_shuffle_optimization: taken for the sake of Ray; newer releases of Dask optimize by themselves.

    Raises:
        ImportError: Dask is not installed here; the cluster needs it too.
    """
    config: AbstractContextManager[Any] = _dask().config.set(
        {"scheduler": ray_dask_get, "dataframe.shuffle.method": shuffle}
    )
    return config


def disable_dask_on_ray() -> Any:
    """Have Dask compute as it would by itself; raises as `enable_dask_on_ray` does."""
    return _dask().config.set({"scheduler": None, "dataframe.shuffle.method": None})


def ray_dask_get(dsk: Any, keys: Any, **kwargs: Any) -> Any:
    """Compute keys of a graph: each of its tasks is one of the cluster.

    Args:
        dsk: the graph, or an expression of Dask.
        keys: names in it, in lists as deep as the results are to be.
        kwargs: `ray_remote_args` are options of the tasks; `ray_callbacks`, `RayDaskCallback`s that are told of them;
            with `ray_persist=True` references are given, not values.

    Raises:
        ImportError: Dask is not installed here; the cluster needs it too.
        ValueError: `resources` was given, which is one of `ray_remote_args` here.
        RayTaskError: a task raised; it is what the task raised too.
    """
    _dask()
    from ray_client.util.dask._graphs import compute

    return compute(dsk, keys, **kwargs)


def ray_dask_get_sync(dsk: Any, keys: Any, **kwargs: Any) -> Any:
    """Do what `ray_dask_get` does, which uses no threads."""
    return ray_dask_get(dsk, keys, **kwargs)


def ray_dask_persist(*collections: Any, **kwargs: Any) -> Any:
    """Compute collections; give the same ones with references to their parts, which stay on the cluster."""
    options: Mapping[str, Any] = {"scheduler": ray_dask_get, **kwargs, "ray_persist": True}
    return _dask().persist(*collections, **options)


def _dask() -> Any:
    try:
        import dask
    except ImportError as exc:
        raise ImportError("Dask is not installed: `pip install dask` here and on the cluster") from exc
    return dask


def __getattr__(name: str) -> Any:
    if name in ("RayDaskCallback", "local_ray_callbacks"):
        _dask()
        from ray_client.util.dask import _callbacks

        return getattr(_callbacks, name)
    from ray_client.names import explain

    raise explain(name, __name__)


shorten_all(globals())
