from ray_client.tune.utils.mock_trainable import *
