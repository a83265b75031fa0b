from ray_client.tune.search.optuna import *
