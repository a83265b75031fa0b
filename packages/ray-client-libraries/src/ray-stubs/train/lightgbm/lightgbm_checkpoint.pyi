from ray_client.train.lightgbm.lightgbm_checkpoint import *
