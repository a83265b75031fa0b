from ray_client.tune.stopper.maximum_iteration import *
