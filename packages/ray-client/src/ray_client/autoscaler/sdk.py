"""What `ray.autoscaler.sdk` has that means something on a client."""

from __future__ import annotations

from typing import Any

from ray_client._private.by_reference import call_there
from ray_client.cluster_only import stand_in

__all__ = ["request_resources"]


def request_resources(
    num_cpus: int | None = None, bundles: list[dict[str, float]] | None = None, **options: Any
) -> None:
    """Have the cluster grow until it has room for this; the request holds until the next one.

    Args:
        num_cpus: how many CPUs.
        bundles: resources that are needed together.
        options: what else the cluster's Ray takes, such as `bundle_label_selectors`.

    Raises:
        NotConnectedError: no session is open.
    """
    call_there(request_resources, num_cpus=num_cpus, bundles=bundles, **options)


def __getattr__(name: str) -> Any:
    return stand_in(__name__, name)
