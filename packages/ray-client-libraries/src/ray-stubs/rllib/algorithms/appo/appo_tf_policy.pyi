from ray_client.rllib.algorithms.appo.appo_tf_policy import *
