from ray_client.train.torch.xla.config import *
