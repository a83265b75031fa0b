from ray_client.tune.trainable.trainable_fn_utils import *
