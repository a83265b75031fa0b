from ray_client.tune.search.ax import *
