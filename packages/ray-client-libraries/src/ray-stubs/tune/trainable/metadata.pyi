from ray_client.tune.trainable.metadata import *
