"""What `ray._private.worker` has that means something on a client: this process, as Ray's own workers see theirs."""

from __future__ import annotations

from typing import Any, Final

from ray_client.api.cluster import get_actor, get_gpu_ids
from ray_client.api.driver_facts import Worker, global_worker
from ray_client.api.lifecycle import init, is_initialized, shutdown
from ray_client.api.objects import cancel, get, kill, put, wait
from ray_client.api.remote import remote
from ray_client.cluster_only import stand_in

__all__ = [
    "LOCAL_MODE",
    "RESTORE_WORKER_MODE",
    "SCRIPT_MODE",
    "SPILL_WORKER_MODE",
    "WORKER_MODE",
    "Worker",
    "cancel",
    "get",
    "get_actor",
    "get_gpu_ids",
    "global_worker",
    "init",
    "is_initialized",
    "kill",
    "put",
    "remote",
    "shutdown",
    "wait",
]

# What `global_worker.mode` may be: of a driver, of a worker, and of those that Ray has for itself.
SCRIPT_MODE: Final = 0
WORKER_MODE: Final = 1
SPILL_WORKER_MODE: Final = 2
RESTORE_WORKER_MODE: Final = 3
#: Of a program whose tasks run in its own process, which no Ray has any longer: no mode is ever this one.
LOCAL_MODE: Final = 4

#: The processes of Ray's own that this one would have started: a client starts none.
_global_node = None


def __getattr__(name: str) -> Any:
    return stand_in(__name__, name)
