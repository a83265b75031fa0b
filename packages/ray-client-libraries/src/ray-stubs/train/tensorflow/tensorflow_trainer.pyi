from ray_client.train.tensorflow.tensorflow_trainer import *
