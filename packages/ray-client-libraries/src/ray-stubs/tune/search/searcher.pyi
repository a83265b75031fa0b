from ray_client.tune.search.searcher import *
