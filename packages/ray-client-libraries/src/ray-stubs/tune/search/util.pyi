from ray_client.tune.search.util import *
