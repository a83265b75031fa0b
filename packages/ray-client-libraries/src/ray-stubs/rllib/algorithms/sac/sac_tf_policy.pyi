from ray_client.rllib.algorithms.sac.sac_tf_policy import *
