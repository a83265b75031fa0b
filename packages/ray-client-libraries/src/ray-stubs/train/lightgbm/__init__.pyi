from ray_client.train.lightgbm import *
