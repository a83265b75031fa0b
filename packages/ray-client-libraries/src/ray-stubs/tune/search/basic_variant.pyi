from ray_client.tune.search.basic_variant import *
