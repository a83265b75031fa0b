from ray_client.train.xgboost import *
