from ray_client.tune.search.optuna.optuna_search import *
