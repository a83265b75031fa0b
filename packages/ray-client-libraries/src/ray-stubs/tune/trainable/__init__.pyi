from ray_client.tune.trainable import *
