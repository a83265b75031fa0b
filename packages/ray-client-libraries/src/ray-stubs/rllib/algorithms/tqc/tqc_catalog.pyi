from ray_client.rllib.algorithms.tqc.tqc_catalog import *
