from ray_client.train.torch.xla import *
