"""What the fork server does once so that no driver has to: it imports this module, and every driver begins from there.

It halves the time that a driver takes to join its cluster. Nothing depends on it: another Ray may need other things.
"""

import contextlib
import importlib

from ray._private import services

_LATE = (
    *("ray._private.runtime_env.uv_runtime_env_hook", "ray._common.usage.usage_lib"),  # by `ray.init`
    # By the first value that a process stores, where they are installed: that took half a second, and 20 MiB in each
    # driver. Ray imports pyarrow too; not so here, since that starts a thread (of jemalloc), which a fork would lose.
    # OpenBLAS, which NumPy brings, ends its own before a fork.
    *("numpy", "pydantic.v1", "starlette.datastructures"),
)
for _name in _LATE:
    # Whatever is wrong with a package is for whoever uses it.
    with contextlib.suppress(Exception):
        importlib.import_module(_name)

# To find the node that it is on, Ray asks psutil about every process of the machine, and psutil remembers the answers.
if hasattr(services, "psutil"):
    with contextlib.suppress(OSError, services.psutil.Error):  # a system that shows nobody its processes
        for _process in services.psutil.process_iter(["cmdline"]):
            pass
