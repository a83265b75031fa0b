"""Is Ray there? Every way of asking says yes, and the same version, while this package goes by its name."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.resources
import importlib.util
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ray_client import dropin
from ray_client.api.version import MIRRORED_RAY
from ray_client.cluster_only import covers
from ray_client.names import MIRRORED


@pytest.fixture
def installed() -> Iterator[None]:
    dropin.install()
    yield
    dropin.uninstall()


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("name", ["importlib.metadata", "importlib_metadata"])
def test_metadata(name: str) -> None:
    metadata = importlib.import_module(name)
    own = metadata.version("ray-client")
    for asked in ("ray", "Ray", "RAY"):
        assert metadata.version(asked) == MIRRORED_RAY == importlib.import_module("ray").__version__
    assert metadata.metadata("ray")["Name"] == "ray"
    assert {"default", "data", "tune"} <= set(metadata.metadata("ray").get_all("Provides-Extra"))
    assert metadata.requires("ray") == [f"ray-client (=={own})"]
    assert [found.version for found in metadata.distributions(name="ray")] == [MIRRORED_RAY]
    assert [found.version for found in metadata.distributions() if found.metadata["Name"] == "ray"] == [MIRRORED_RAY]
    assert metadata.packages_distributions()["ray"] == ["ray"]
    files = {str(file): file for file in metadata.files("ray")}
    assert Path(str(files["ray_client/__init__.py"].locate())).is_file()
    assert not metadata.distribution("ray").entry_points
    assert metadata.entry_points(group="no.such.group") is not None


@pytest.mark.usefixtures("installed")
def test_a_search_elsewhere_does_not_find_it(tmp_path: Path) -> None:
    assert not list(importlib.metadata.distributions(path=[str(tmp_path)]))
    assert list(importlib.metadata.distributions(path=list(sys.path), name="ray"))


@pytest.mark.usefixtures("installed")
def test_modules() -> None:
    ray = importlib.import_module("ray")
    assert importlib.util.find_spec("ray") is not None
    assert [(found.name, found.ispkg) for found in pkgutil.iter_modules() if found.name == "ray"] == [("ray", True)]
    assert "ray.util" in {found.name for found in pkgutil.iter_modules(ray.__path__, "ray.")}
    assert "ray.util.queue" in {found.name for found in pkgutil.walk_packages(ray.__path__, "ray.")}
    for listed in (pkgutil.walk_packages(ray.__path__, "ray."), pkgutil.iter_modules(ray.__path__)):
        tops = {found.name.removeprefix("ray.").partition(".")[0] for found in listed}
        assert "exceptions" in tops
        assert all(top in MIRRORED or covers(f"ray_client.{top}") for top in tops)
    assert "ray_client.api" in {found.name for found in pkgutil.iter_modules(ray.__path__, "ray_client.")}
    assert pkgutil.resolve_name("ray.util.queue:Queue") is ray.util.queue.Queue
    assert importlib.resources.files("ray").joinpath("__init__.py").is_file()
    assert Path(ray.__file__).is_file()


ASKS = """
import sys
from ray_client import dropin
{first}
import pkg_resources
{second}
import ray
assert pkg_resources.get_distribution("ray").version == ray.__version__ == {version!r}
assert pkg_resources.require("ray[tune]>=2.3")[0].project_name == "ray"
assert "ray" in {{found.key for found in pkg_resources.working_set}}
assert pkg_resources.parse_version("2.9") < pkg_resources.get_distribution("ray").parsed_version
dropin.uninstall()
try:
    pkg_resources.get_distribution("ray")
except pkg_resources.DistributionNotFound:
    print("gone")
"""


@pytest.mark.parametrize("first", ["", "dropin.install()"])
def test_pkg_resources_whenever_it_is_imported(first: str) -> None:
    code = ASKS.format(first=first, second="" if first else "dropin.install()", version=MIRRORED_RAY)
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True)
    assert done.stdout == "gone\n", done.stderr
