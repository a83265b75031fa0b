from ray_client.tune.search.bohb import *
