from ray_client.train.lightning import *
