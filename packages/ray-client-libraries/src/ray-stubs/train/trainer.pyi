from ray_client.train.trainer import *
