from ray_client.tune.logger.aim import *
