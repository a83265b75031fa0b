from ray_client.train.utils import *
