from ray_client.train.tensorflow.tensorflow_checkpoint import *
