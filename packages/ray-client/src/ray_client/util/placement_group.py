"""Placement groups: resources that are reserved together. Each call runs as a small task on the cluster."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from ray_client.exceptions import RayTaskError
from ray_client.handles.current import current_session
from ray_client.handles.ids import PlacementGroupID
from ray_client.tracebacks import shorten_all

if TYPE_CHECKING:
    from ray_client.handles.object_ref import ObjectRef

__all__ = [
    "PLACEMENT_GROUP_BUNDLE_RESOURCE_NAME",
    "PlacementGroup",
    "VALID_PLACEMENT_GROUP_STRATEGIES",
    "check_placement_group_index",
    "get_current_placement_group",
    "get_placement_group",
    "placement_group",
    "placement_group_table",
    "remove_placement_group",
]

#: What a placement group's `strategy` may be.
VALID_PLACEMENT_GROUP_STRATEGIES = {"PACK", "SPREAD", "STRICT_PACK", "STRICT_SPREAD"}
#: With what the resources begin by which Ray counts the calls in a bundle.
PLACEMENT_GROUP_BUNDLE_RESOURCE_NAME = "bundle"


class PlacementGroup:
    """A handle of a placement group. The attributes are those of Ray's class, which the cluster makes of it."""

    def __init__(self, id: Any, bundle_cache: list[dict[str, float]] | None = None) -> None:
        self.id = id
        self.bundle_cache = bundle_cache

    @staticmethod
    def empty() -> PlacementGroup:
        """Give what stands for no placement group."""
        return PlacementGroup(PlacementGroupID.nil())

    @property
    def is_empty(self) -> bool:
        """Whether it stands for no placement group."""
        return bool(self.id.is_nil())

    def ready(self) -> ObjectRef[PlacementGroup]:
        """Give a reference to this group, which is there once all bundles are placed."""

        def wait_for(group: Any, get: Any) -> Any:
            return get(group.ready())

        import ray_client

        if self.is_empty:
            return ray_client.put(self)
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
    _soft_target_node_id: str | None = None,
    bundle_label_selector: list[dict[str, str]] | None = None,
    topology_strategy: dict[str, str] | None = None,
) -> PlacementGroup:
    """Reserve bundles of resources, as `ray.util.placement_group`; gives the handle before they are placed.

    Raises:
        ValueError: the bundles, or how to place them, make no sense.
        NotConnectedError: no session is open.
    """
    newer = {
        "strategy": strategy,
        "_soft_target_node_id": _soft_target_node_id,
        "bundle_label_selector": bundle_label_selector,
        "topology_strategy": topology_strategy,
    }
    given = {option: value for option, value in newer.items() if value is not None}  # an older Ray has not all of them
    group: PlacementGroup = _call("placement_group", bundles, name=name, lifetime=lifetime, **given)
    return group


def check_placement_group_index(placement_group: PlacementGroup, bundle_index: int) -> None:
    """Check that a placement group has a bundle of this index; -1 is any.

    Raises:
        ValueError: it has none.
        NotConnectedError: no session is open.
    """
    if placement_group.is_empty:
        if bundle_index != -1:
            raise ValueError(f"without a placement group the bundle index must be -1, not {bundle_index}")
    elif not -1 <= bundle_index < placement_group.bundle_count:
        raise ValueError(
            f"placement group bundle index {bundle_index} is invalid; there are {placement_group.bundle_count} bundles"
        )


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

    try:
        return ray_client.get(_as_task(function).remote(*args))
    except RayTaskError as error:
        raise error.cause from None  # what Ray's own function raised, as if it had been called here


def _as_task(function: Any) -> Any:
    import ray_client

    return ray_client.remote(num_cpus=0)(function)


shorten_all(globals())
