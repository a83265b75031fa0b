from ray_client.train.tensorflow import *
