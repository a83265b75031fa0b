from ray_client.tune.logger.wandb import *
