"""Ray from anywhere: write ordinary Ray code where Ray is not installed, and run it on a cluster.

    import ray_client as ray

    ray.init("ray://head-node:20001")

    @ray.remote
    def square(x):
        return x * x

    print(ray.get([square.remote(i) for i in range(4)]))

Importing this package loads neither grpc nor cloudpickle; opening a session does.
"""

import importlib
import logging
import sys
from typing import Any

from ray_client import (
    actor,
    client_builder,
    cluster_only,
    exceptions,
    experimental,
    internal,
    job_config,
    remote_function,
    runtime_context,
    runtime_env,
    tracebacks,
    util,
)
from ray_client.api.client_builder import ClientBuilder, client
from ray_client.api.cluster import (
    available_resources,
    cluster_resources,
    forward,
    get_actor,
    get_gpu_ids,
    get_runtime_context,
    nodes,
    timeline,
)
from ray_client.api.context import ClientContext
from ray_client.api.lifecycle import connect, connect_async, init, is_initialized, shutdown
from ray_client.api.logging_config import LoggingConfig
from ray_client.api.objects import cancel, get, kill, put, wait
from ray_client.api.remote import remote
from ray_client.errors import RayClientError
from ray_client.handles.actor import method
from ray_client.handles.ids import (
    ActorClassID,
    ActorID,
    ClusterID,
    FunctionID,
    JobID,
    Language,
    NodeID,
    PlacementGroupID,
    TaskID,
    UniqueID,
    WorkerID,
)
from ray_client.handles.object_ref import ObjectRef
from ray_client.handles.ref_generator import DynamicObjectRefGenerator, ObjectRefGenerator
from ray_client_proto.wire.ray_modules import LIBRARIES as _LIBRARIES

__all__ = [
    "ActorClassID",
    "ActorID",
    "ClientBuilder",
    "ClientContext",
    "ClusterID",
    "DynamicObjectRefGenerator",
    "FunctionID",
    "JobID",
    "Language",
    "LoggingConfig",
    "NodeID",
    "ObjectID",
    "ObjectRef",
    "ObjectRefGenerator",
    "PlacementGroupID",
    "RayClientError",
    "SCRIPT_MODE",
    "TaskID",
    "UniqueID",
    "WORKER_MODE",
    "WorkerID",
    "__version__",
    "actor",
    "available_resources",
    "cancel",
    "client",
    "client_builder",
    "cluster_resources",
    "connect",
    "connect_async",
    "exceptions",
    "experimental",
    "forward",
    "get",
    "get_actor",
    "get_gpu_ids",
    "get_runtime_context",
    "init",
    "internal",
    "is_initialized",
    "job_config",
    "kill",
    "method",
    "nodes",
    "put",
    "remote",
    "remote_function",
    "runtime_context",
    "runtime_env",
    "shutdown",
    "timeline",
    "util",
    "wait",
]

#: The older name of `ObjectRef`.
ObjectID = ObjectRef

# What `ray` has for the two kinds of process that user code runs in.
SCRIPT_MODE = 0
WORKER_MODE = 1
# And for those that move objects between memory and disk.
SPILL_WORKER_MODE = 2
RESTORE_WORKER_MODE = 3

#: What Ray logs with.
logger = logging.getLogger("ray")

#: Attributes of `ray` that are modules of its private part, under older names.
_PRIVATE = ("state", "worker", "ray_constants", "serialization")

sys.meta_path.append(cluster_only.FINDER)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from ray_client.api.version import shown_version  # 15 ms that only those pay who ask

        return shown_version()
    if name == "__commit__":
        from ray_client.api.version import goes_by_ray, ray_commit

        if goes_by_ray():
            return ray_commit()
    if name in _LIBRARIES or name in ("_private", "_raylet"):
        return importlib.import_module(f"{__name__}.{name}")
    if name in _PRIVATE:
        return importlib.import_module(f"{__name__}._private.{name}")
    from ray_client.names import find_submodule

    return find_submodule(name, __name__)


tracebacks.shorten_all(globals())
