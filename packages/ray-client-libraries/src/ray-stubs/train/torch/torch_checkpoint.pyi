from ray_client.train.torch.torch_checkpoint import *
