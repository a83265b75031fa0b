from ray_client.train.xgboost.xgboost_trainer import *
