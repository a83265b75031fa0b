from ray_client.tune.search.hebo import *
