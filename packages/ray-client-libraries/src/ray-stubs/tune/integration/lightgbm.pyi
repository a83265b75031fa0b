from ray_client.tune.integration.lightgbm import *
