from ray_client.train.xgboost.config import *
