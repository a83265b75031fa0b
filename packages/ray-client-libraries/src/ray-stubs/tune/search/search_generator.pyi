from ray_client.tune.search.search_generator import *
