from ray_client.rllib.algorithms.bc.bc_catalog import *
