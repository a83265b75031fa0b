"""The names of Ray's libraries, of `ray_client.data`, `train`, `tune` and `serve`. See docs/libraries.md.

`ray_client.cluster_only`, which makes their modules, asks here what is in them. Nothing else has to be imported.
"""

import os

from ray_client import tracebacks
from ray_client_libraries.manifest import knows
from ray_client_libraries.modules import describe, exists, find, leaves_out

tracebacks.ours += (os.path.dirname(__file__) + os.sep,)

__all__ = ["describe", "exists", "find", "knows", "leaves_out"]
