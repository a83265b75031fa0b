from ray_client.tune.search.hebo.hebo_search import *
