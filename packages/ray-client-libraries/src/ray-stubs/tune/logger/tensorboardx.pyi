from ray_client.tune.logger.tensorboardx import *
