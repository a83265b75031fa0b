from ray_client.train.torch.config import *
