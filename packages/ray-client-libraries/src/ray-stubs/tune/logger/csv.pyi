from ray_client.tune.logger.csv import *
