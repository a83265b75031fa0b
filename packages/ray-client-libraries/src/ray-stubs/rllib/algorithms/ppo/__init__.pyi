from ray_client.rllib.algorithms.ppo import *
