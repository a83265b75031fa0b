"""What packages take of `ray.train` in a program that trains nothing itself; all else is the cluster's."""

import sys

from ray_client.cluster_only import give_names

give_names(sys.modules[__name__])
