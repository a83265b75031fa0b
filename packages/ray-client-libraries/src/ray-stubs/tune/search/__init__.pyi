from ray_client.tune.search import *
