from ray_client.tune.logger.comet import *
