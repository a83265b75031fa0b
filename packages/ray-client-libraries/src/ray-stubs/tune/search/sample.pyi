from ray_client.tune.search.sample import *
