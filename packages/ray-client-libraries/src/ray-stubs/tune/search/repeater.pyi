from ray_client.tune.search.repeater import *
