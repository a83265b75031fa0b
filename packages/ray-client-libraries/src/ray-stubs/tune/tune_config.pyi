from ray_client.tune.tune_config import *
