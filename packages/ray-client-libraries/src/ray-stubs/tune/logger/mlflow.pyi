from ray_client.tune.logger.mlflow import *
