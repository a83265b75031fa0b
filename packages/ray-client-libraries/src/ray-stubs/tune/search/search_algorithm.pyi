from ray_client.tune.search.search_algorithm import *
