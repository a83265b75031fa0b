from ray_client.train.torch import *
