from ray_client.rllib.algorithms.impala.impala_tf_policy import *
