from ray_client.tune.experiment import *
