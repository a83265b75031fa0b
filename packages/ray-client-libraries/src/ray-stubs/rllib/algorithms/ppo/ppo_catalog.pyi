from ray_client.rllib.algorithms.ppo.ppo_catalog import *
