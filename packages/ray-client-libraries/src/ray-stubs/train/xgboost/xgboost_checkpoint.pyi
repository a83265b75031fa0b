from ray_client.train.xgboost.xgboost_checkpoint import *
