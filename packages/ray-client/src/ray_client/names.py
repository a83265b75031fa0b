"""Names that this package does not have, and what to say of each."""

from __future__ import annotations

import importlib
import sys
from importlib.machinery import PathFinder
from types import ModuleType
from typing import Final

from ray_client.cluster_only import note_refusal
from ray_client.errors import UnknownNameError

#: The modules that mirror one of `ray`; everything else in this package is ours alone.
MIRRORED = (
    "_raylet",
    "actor",
    "client_builder",
    "cloudpickle",
    "dag",
    "exceptions",
    "experimental",
    "internal",
    "job_config",
    "remote_function",
    "runtime_context",
    "runtime_env",
    "types",
    "util",
)
#: Public names of Ray 2.60 by module, those left out that this package has.
_NAMES: Final = {
    "ray": frozenset(
        [
            "cluster_utils",
            "cpp_function",
            "cross_language",
            "java_actor_class",
            "java_function",
            "scripts",
            "widgets",
        ]
    ),
    "ray.dag": frozenset(["CollectiveOutputNode", "DAGContext", "DAGOperationFuture", "GPUFuture", "plot"]),
    "ray.experimental": frozenset(
        [
            "CommunicatorMetadata",
            "RDTManager",
            "TensorTransportManager",
            "TensorTransportMetadata",
            "channel",
            "collective",
            "deregister_nixl_memory",
            "dynamic_resources",
            "internal_kv",
            "queue",
            "register_nixl_memory",
            "register_nixl_memory_pool",
            "register_tensor_transport",
            "set_nixl_cuda_stream",
            "set_resource",
            "set_target_device_for_ref",
            "set_target_for_ref",
            "wait_tensor_freed",
        ]
    ),
    "ray.util.state": frozenset(["StateApiClient"]),
    "ray.util": frozenset(
        [
            "client_connect",
            "collective",
            "connect",
            "debugpy",
            "disconnect",
            "iter",
            "pdb",
            "ray_debugpy",
            "rpdb",
            "spark",
            "tpu",
            "tracing",
        ]
    ),
}
#: What takes the place of a name here.
_INSTEAD: Final = {
    "ray.util.connect": "call ray_client.init(...)",
    "ray.util.disconnect": "call ray_client.shutdown()",
    "ray.job_submission": "submit jobs to the cluster's dashboard, or use a session as the job",
}


def find_submodule(name: str, module: str) -> ModuleType:
    """Give a public module inside `module`, which is imported when it is first asked for.

    Raises:
        UnknownNameError: there is none.
    """
    is_public = name in MIRRORED if module == "ray_client" else not name.startswith("_")
    full = f"{module}.{name}"
    if is_public and PathFinder.find_spec(full, sys.modules[module].__path__) is not None:
        return importlib.import_module(full)
    raise explain(name, module)


def explain(name: str, module: str = "ray_client") -> UnknownNameError:
    """Give the error for a name that `module` does not have: it says whether Ray has it, and how to reach it."""
    in_ray = "ray" + module[len("ray_client") :]
    full = f"{in_ray}.{name}"
    if not name.startswith("__"):
        note_refusal(full)
    exists = name in _NAMES.get(in_ray, ())
    if full in _INSTEAD:
        return UnknownNameError(f"{module}.{name}", exists, _INSTEAD[full])
    if exists:
        advice = f"use `{full}` inside a task or an actor: on the cluster `ray` is the real one"
        return UnknownNameError(f"{module}.{name}", True, advice)
    return UnknownNameError(f"{module}.{name}", False, _suggest(name, module))


def _suggest(name: str, module: str) -> str:
    advice = "names that only newer versions of Ray have can be used inside a task"
    if name.startswith("_"):
        return advice
    import difflib

    known = getattr(sys.modules.get(module), "__all__", ())
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {module}.{close[0]}?" if close else advice
