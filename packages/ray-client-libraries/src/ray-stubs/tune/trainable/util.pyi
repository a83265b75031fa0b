from ray_client.tune.trainable.util import *
