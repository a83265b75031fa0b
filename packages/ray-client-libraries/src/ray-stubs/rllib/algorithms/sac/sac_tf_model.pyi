from ray_client.rllib.algorithms.sac.sac_tf_model import *
