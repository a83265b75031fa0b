from ray_client.tune.stopper.stopper import *
