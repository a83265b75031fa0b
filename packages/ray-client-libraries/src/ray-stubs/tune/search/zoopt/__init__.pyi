from ray_client.tune.search.zoopt import *
