from ray_client.tune.trainable.trainable import *
