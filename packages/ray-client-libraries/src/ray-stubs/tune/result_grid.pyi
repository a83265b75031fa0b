from ray_client.tune.result_grid import *
