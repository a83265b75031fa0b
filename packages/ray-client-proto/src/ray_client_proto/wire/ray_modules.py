"""Which modules of Ray only the cluster has: `ray_client` mirrors the others, and has names alone for these."""

from __future__ import annotations

from typing import Final

_LIBRARIES = "air autoscaler dashboard data job_submission llm rllib serve train tune workflow"
_OF_RAY = "_common _private _version cluster_utils core cross_language scripts widgets"
_OF_DAG = (
    "collective_node compiled_dag_node constants context dag_node dag_node_operation dag_operation_future format_utils "
    "py_obj_scanner utils vis_utils"
)
_OF_EXPERIMENTAL = (
    "channel collective compiled_dag_ref dynamic_resources gradio_utils internal_kv job multiprocessing queue rdt "
    "sandbox shuffle state tf_utils util"
)
_OF_UTIL = (
    "check_open_ports client client_connect collective common debugpy horovod iter iter_metrics lightgbm "
    "rpdb serialization_addons sgd spark timer tpu tracing xgboost"
)
#: Ray's libraries: they are attributes of `ray` without an import of their own.
LIBRARIES: Final = frozenset(_LIBRARIES.split())
#: Modules of Ray 2.60 that a client need not have; all that is below them is there as well.
MODULES: Final = {
    "ray": LIBRARIES | frozenset(_OF_RAY.split()),
    "ray.dag": frozenset(_OF_DAG.split()),
    "ray.experimental": frozenset(_OF_EXPERIMENTAL.split()),
    "ray.util": frozenset(_OF_UTIL.split()),
    "ray.util.state": frozenset(("custom_types", "state_cli", "state_manager", "util")),
}


def is_cluster_only(name: str) -> bool:
    """Tell whether a module of Ray's, by its full name, is one of these."""
    parts = name.split(".")
    return any(parts[at] in MODULES.get(".".join(parts[:at]), ()) for at in range(1, len(parts)))
