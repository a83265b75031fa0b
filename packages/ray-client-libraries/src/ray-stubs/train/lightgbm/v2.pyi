from ray_client.train.lightgbm.v2 import *
