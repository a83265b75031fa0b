from ray_client.train.tensorflow.config import *
