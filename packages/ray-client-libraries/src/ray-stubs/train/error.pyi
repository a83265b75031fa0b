from ray_client.train.error import *
