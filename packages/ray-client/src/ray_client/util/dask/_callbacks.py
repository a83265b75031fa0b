"""What is told of Dask's tasks. Imported only where Dask is: it is no requirement of this package."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Final

from dask.callbacks import Callback

from ray_client.handles.object_ref import ObjectRef

#: What may be given by keyword, or as a method with a `_` before it.
HOOKS: Final = ("ray_presubmit", "ray_postsubmit", "ray_pretask", "ray_posttask", "ray_postsubmit_all", "ray_finish")


class RayDaskCallback(Callback):  # type: ignore[misc]  # Dask has no annotations
    """Is told what becomes of a graph: within its `with` block, while registered, or as one of `ray_callbacks`."""

    ray_active: ClassVar[list[RayDaskCallback]] = []

    def __init__(self, **hooks: Any) -> None:
        """Take functions for any of the methods below, without the first `_`, and what Dask's own callback takes."""
        for name in HOOKS:
            if hooks.get(name) is not None:
                setattr(self, f"_{name}", hooks[name])
            hooks.pop(name, None)
        super().__init__(**hooks)

    def __enter__(self) -> RayDaskCallback:
        self.ray_active.append(self)
        super().__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        self.ray_active.remove(self)

    def register(self) -> None:
        """Have all graphs tell it."""
        self.ray_active.append(self)
        super().register()

    def unregister(self) -> None:
        """Have them tell it no longer."""
        self.ray_active.remove(self)
        super().unregister()

    def _ray_presubmit(self, task: Any, key: Any, deps: dict[Any, Any]) -> Any:
        """Be told of a task that is about to be submitted; anything but None is its result, and it is not."""

    def _ray_postsubmit(self, task: Any, key: Any, deps: dict[Any, Any], object_ref: ObjectRef[Any]) -> None:
        """Be told of a task that was submitted."""

    def _ray_pretask(self, key: Any, object_refs: list[Any]) -> Any:
        """Run on the cluster before a task; what it gives is what `_ray_posttask` gets."""

    def _ray_posttask(self, key: Any, result: Any, pre_state: Any) -> None:
        """Run on the cluster after a task."""

    def _ray_postsubmit_all(self, object_refs: Any, dsk: Any) -> None:
        """Be told that all of a graph was submitted."""

    def _ray_finish(self, result: Any) -> None:
        """Be told the results."""


@contextmanager
def local_ray_callbacks(callbacks: Iterable[RayDaskCallback] | None = None) -> Iterator[list[RayDaskCallback]]:
    """Give the callbacks of a graph; those that are active are told by the outermost graph alone."""
    if callbacks is not None:
        yield list(callbacks)
        return
    active, RayDaskCallback.ray_active = RayDaskCallback.ray_active, []
    try:
        yield list(active)
    finally:
        RayDaskCallback.ray_active = active


def methods(callbacks: Iterable[RayDaskCallback], name: str) -> list[Any]:
    """Give a method of each callback that has one of its own."""
    default = getattr(RayDaskCallback, name)
    found = [getattr(callback, name) for callback in callbacks]
    return [each for each in found if getattr(each, "__func__", None) is not default]
