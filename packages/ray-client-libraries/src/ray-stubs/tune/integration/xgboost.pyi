from ray_client.tune.integration.xgboost import *
