from ray_client.train.backend import *
