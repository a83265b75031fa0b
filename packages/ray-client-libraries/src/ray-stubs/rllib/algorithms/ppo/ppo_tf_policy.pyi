from ray_client.rllib.algorithms.ppo.ppo_tf_policy import *
