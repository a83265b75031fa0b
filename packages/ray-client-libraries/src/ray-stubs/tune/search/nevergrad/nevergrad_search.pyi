from ray_client.tune.search.nevergrad.nevergrad_search import *
