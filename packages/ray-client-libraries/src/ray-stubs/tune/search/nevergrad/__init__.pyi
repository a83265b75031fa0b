from ray_client.tune.search.nevergrad import *
