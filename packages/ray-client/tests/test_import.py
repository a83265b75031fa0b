"""What `import ray_client` gives, and what it costs."""

from __future__ import annotations

import importlib.metadata
import inspect
import subprocess
import sys

import pytest

import ray_client

#: Names of Ray 2.60's `ray.__all__` that mean something on a client.
RAY_NAMES = {
    *("ObjectRef", "ObjectID", "DynamicObjectRefGenerator", "ObjectRefGenerator", "Language"),
    *("ActorClassID", "ActorID", "FunctionID", "JobID", "NodeID", "PlacementGroupID", "TaskID", "UniqueID", "WorkerID"),
    *("ClusterID", "SCRIPT_MODE", "WORKER_MODE", "experimental"),
    *("available_resources", "cancel", "cluster_resources", "get", "get_actor", "get_gpu_ids", "get_runtime_context"),
    *("init", "is_initialized", "kill", "method", "nodes", "put", "remote", "shutdown", "timeline", "wait"),
    *("actor", "exceptions", "remote_function", "runtime_context", "runtime_env", "util", "internal"),
    *("ClientBuilder", "LoggingConfig", "client", "client_builder", "job_config"),
}


def test_the_version_is_the_wheels() -> None:
    assert ray_client.__version__ == importlib.metadata.version("ray-client")


def test_everything_that_is_promised_is_there_and_nothing_else() -> None:
    own = {"ClientContext", "RayClientError", "__version__", "connect", "connect_async", "forward"}
    assert set(ray_client.__all__) == RAY_NAMES | own
    assert len(ray_client.__all__) == len(set(ray_client.__all__))
    assert all(hasattr(ray_client, name) for name in ray_client.__all__)


@pytest.mark.parametrize("name", sorted(RAY_NAMES))
def test_every_public_name_says_what_it_does(name: str) -> None:
    assert inspect.getdoc(getattr(ray_client, name))


def test_a_name_that_nobody_knows_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        ray_client.no_such_name  # noqa: B018 - the access is the test


@pytest.mark.parametrize("module", ["ray_client", "ray_client.exceptions", "ray_client.util"])
def test_importing_waits_with_everything_that_only_a_session_needs(module: str) -> None:
    heavy = {"grpc", "cloudpickle", "google.protobuf", "numpy", "asyncio", "ray"}
    code = f"import sys, {module}; sys.exit(', '.join(sys.modules.keys() & {heavy}) or 0)"
    loaded = subprocess.run([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
    assert loaded.returncode == 0, f"import {module} loads {loaded.stderr}"


def test_decorating_needs_no_session_and_loads_nothing() -> None:
    code = (
        "import sys, ray_client as ray\n"
        "@ray.remote\n"
        "def f(): ...\n"
        "@ray.remote(num_cpus=2)\n"
        "class A: ...\n"
        "f.options(num_returns=2)\n"
        "sys.exit(', '.join(sys.modules.keys() & {'grpc', 'cloudpickle', 'google.protobuf'}) or 0)\n"
    )
    loaded = subprocess.run([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
    assert loaded.returncode == 0, loaded.stderr
