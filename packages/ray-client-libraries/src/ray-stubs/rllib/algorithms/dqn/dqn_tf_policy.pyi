from ray_client.rllib.algorithms.dqn.dqn_tf_policy import *
