from ray_client.tune.integration import *
