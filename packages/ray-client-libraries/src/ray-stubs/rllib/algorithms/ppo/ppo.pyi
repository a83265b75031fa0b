from ray_client.rllib.algorithms.ppo.ppo import *
