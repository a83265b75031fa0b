from ray_client.tune.search.hyperopt.hyperopt_search import *
