from ray_client.rllib.algorithms.dqn.dqn_torch_model import *
