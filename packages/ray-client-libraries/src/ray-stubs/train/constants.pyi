from ray_client.train.constants import *
