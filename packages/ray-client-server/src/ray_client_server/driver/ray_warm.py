"""What the fork server does once so that no driver has to: it imports this module, and every driver begins from there.

It halves the time that a driver takes to join its cluster. Nothing depends on it: another Ray may need other things.
"""

import contextlib
import importlib

from ray._private import services

for _name in ("ray._private.runtime_env.uv_runtime_env_hook", "ray._common.usage.usage_lib"):  # by `ray.init`, late
    with contextlib.suppress(ImportError):
        importlib.import_module(_name)

# To find the node that it is on, Ray asks psutil about every process of the machine, and psutil remembers the answers.
if hasattr(services, "psutil"):
    with contextlib.suppress(OSError, services.psutil.Error):  # a system that shows nobody its processes
        for _process in services.psutil.process_iter(["cmdline"]):
            pass
