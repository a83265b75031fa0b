from ray_client.train.collective import *
