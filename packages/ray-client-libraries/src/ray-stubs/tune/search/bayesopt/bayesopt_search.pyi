from ray_client.tune.search.bayesopt.bayesopt_search import *
