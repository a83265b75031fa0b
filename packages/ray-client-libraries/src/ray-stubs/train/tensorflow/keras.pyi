from ray_client.train.tensorflow.keras import *
