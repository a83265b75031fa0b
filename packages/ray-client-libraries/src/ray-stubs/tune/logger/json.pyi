from ray_client.tune.logger.json import *
