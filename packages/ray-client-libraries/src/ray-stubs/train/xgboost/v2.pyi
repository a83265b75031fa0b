from ray_client.train.xgboost.v2 import *
