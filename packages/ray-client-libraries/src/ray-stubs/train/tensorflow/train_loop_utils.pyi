from ray_client.train.tensorflow.train_loop_utils import *
