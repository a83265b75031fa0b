"""Placement groups: resources that are reserved together. Each call runs as a small task on the cluster."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from ray_client.handles.current import current_session

if TYPE_CHECKING:
    from ray_client.handles.object_ref import ObjectRef

__all__ = [
    "PlacementGroup",
    "get_current_placement_group",
    "get_placement_group",
    "placement_group",
    "placement_group_table",
    "remove_placement_group",
]


class PlacementGroup:
    """A handle of a placement group. The attributes are those of Ray's class, which the cluster makes of it."""

    def __init__(self, id: Any, bundle_cache: list[dict[str, float]] | None = None) -> None:
        self.id = id
        self.bundle_cache = bundle_cache

    def ready(self) -> ObjectRef[PlacementGroup]:
        """Give a reference to this group, which is there once all bundles are placed."""

        def wait_for(group: Any, get: Any) -> Any:
            return get(group.ready())

        import ray_client

        ready: ObjectRef[PlacementGroup] = _as_task(wait_for).remote(self, ray_client.get)
        return ready

    def wait(self, timeout_seconds: float = 30) -> bool:
        """Wait until all bundles are placed; tell whether they are, within the time given."""

        def wait_for(group: Any, timeout_seconds: float) -> Any:
            return group.wait(timeout_seconds)

        return bool(_run(wait_for, self, timeout_seconds))

    @property
    def bundle_specs(self) -> list[dict[str, float]]:
        """The resources of each bundle."""

        def look_up(group: Any) -> Any:
            return group.bundle_specs

        if not self.bundle_cache:
            self.bundle_cache = list(_run(look_up, self))
        return self.bundle_cache

    @property
    def bundle_count(self) -> int:
        """The number of bundles."""
        return len(self.bundle_specs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PlacementGroup) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> Any:
        # The id is an object of the cluster's; its pickle is all that this process may ask for.
        return self.id.__reduce__()[1]


def placement_group(
    bundles: list[dict[str, float]],
    strategy: str | None = None,
    name: str = "",
    lifetime: str | None = None,
    **others: Any,
) -> PlacementGroup:
    """Reserve bundles of resources, as `ray.util.placement_group`; gives the handle before they are placed.

    Raises:
        ValueError: the bundles, or how to place them, make no sense.
        NotConnectedError: no session is open.
    """
    if strategy is not None:  # which an older Ray refuses
        others["strategy"] = strategy
    group: PlacementGroup = _call("placement_group", bundles, name=name, lifetime=lifetime, **others)
    return group


def get_placement_group(placement_group_name: str) -> PlacementGroup:
    """Give the handle of a placement group by its name.

    Raises:
        ValueError: there is none.
        NotConnectedError: no session is open.
    """
    group: PlacementGroup = _call("get_placement_group", placement_group_name)
    return group


def remove_placement_group(placement_group: PlacementGroup) -> None:
    """Give the resources of a placement group back; what runs in it ends.

    Raises:
        NotConnectedError: no session is open.
    """
    _call("remove_placement_group", placement_group)


def placement_group_table(placement_group: PlacementGroup | None = None) -> dict[str, Any]:
    """Give the state of a placement group, or of all.

    Raises:
        NotConnectedError: no session is open.
    """
    return dict(_call("placement_group_table", placement_group))


def get_current_placement_group() -> None:
    """Give None: a client, as any driver, is in no placement group.

    Raises:
        NotConnectedError: no session is open.
    """
    current_session("get_current_placement_group()")


def _call(function: str, /, *args: Any, **kwargs: Any) -> Any:
    """Call the function of this name in Ray's own module, on the cluster."""

    def call(module: Any, name: str, args: Any, kwargs: Any) -> Any:
        return getattr(module, name)(*args, **kwargs)

    # The module crosses as a token, and is Ray's on the other side (docs/protocol.md, rule T7).
    return _run(call, sys.modules[__name__], function, args, kwargs)


def _run(function: Any, *args: Any) -> Any:
    import ray_client

    return ray_client.get(_as_task(function).remote(*args))


def _as_task(function: Any) -> Any:
    import ray_client

    return ray_client.remote(num_cpus=0)(function)
