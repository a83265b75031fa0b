from ray_client.tune.search.variant_generator import *
