from ray_client.rllib.algorithms.impala.vtrace_torch import *
