from ray_client.rllib.algorithms.sac.sac_catalog import *
