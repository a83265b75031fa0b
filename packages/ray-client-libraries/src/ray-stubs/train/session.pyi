from ray_client.train.session import *
