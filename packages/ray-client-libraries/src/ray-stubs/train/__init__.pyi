from ray_client.train import *
