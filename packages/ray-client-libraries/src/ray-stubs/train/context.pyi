from ray_client.train.context import *
