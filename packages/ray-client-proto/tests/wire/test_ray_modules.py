"""Which modules of Ray only the cluster has: both sides ask the same table (rule X3)."""

from __future__ import annotations

import pytest

from ray_client_proto.wire.ray_modules import LIBRARIES, MODULES, is_cluster_only


@pytest.mark.parametrize(
    "name", ["ray.data", "ray.train.v2.api.config", "ray.util.spark", "ray.util.state.util", "ray._private.worker"]
)
def test_x3_a_library_and_all_below_it_are_the_clusters(name: str) -> None:
    assert is_cluster_only(name)


@pytest.mark.parametrize("name", ["ray", "ray.util", "ray.util.queue", "ray.exceptions", "pandas.data", "data", ""])
def test_x3_what_is_mirrored_and_what_is_not_rays_is_not(name: str) -> None:
    assert not is_cluster_only(name)


def test_libraries_are_modules_of_ray() -> None:
    assert MODULES["ray"] > LIBRARIES
    assert all(is_cluster_only(f"{parent}.{name}") for parent, names in MODULES.items() for name in names)
