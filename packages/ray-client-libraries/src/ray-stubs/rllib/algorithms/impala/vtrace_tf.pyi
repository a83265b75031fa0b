from ray_client.rllib.algorithms.impala.vtrace_tf import *
