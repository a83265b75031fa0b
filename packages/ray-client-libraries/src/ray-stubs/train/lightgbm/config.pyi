from ray_client.train.lightgbm.config import *
