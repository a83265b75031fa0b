from ray_client.rllib.algorithms.dqn.distributional_q_tf_model import *
