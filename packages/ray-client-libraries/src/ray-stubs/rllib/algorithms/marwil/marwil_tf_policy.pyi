from ray_client.rllib.algorithms.marwil.marwil_tf_policy import *
