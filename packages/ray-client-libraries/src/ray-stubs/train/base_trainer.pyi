from ray_client.train.base_trainer import *
