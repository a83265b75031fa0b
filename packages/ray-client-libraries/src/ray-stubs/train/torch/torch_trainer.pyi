from ray_client.train.torch.torch_trainer import *
