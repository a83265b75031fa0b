from ray_client.train.torch.train_loop_utils import *
