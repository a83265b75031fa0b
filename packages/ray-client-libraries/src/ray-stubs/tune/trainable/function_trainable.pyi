from ray_client.tune.trainable.function_trainable import *
