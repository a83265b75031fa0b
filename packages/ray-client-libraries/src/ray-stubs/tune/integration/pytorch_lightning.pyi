from ray_client.tune.integration.pytorch_lightning import *
