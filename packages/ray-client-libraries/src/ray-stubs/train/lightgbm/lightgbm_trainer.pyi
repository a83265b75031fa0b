from ray_client.train.lightgbm.lightgbm_trainer import *
