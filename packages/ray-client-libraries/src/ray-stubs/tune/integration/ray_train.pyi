from ray_client.tune.integration.ray_train import *
