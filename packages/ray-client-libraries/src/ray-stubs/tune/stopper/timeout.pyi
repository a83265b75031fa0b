from ray_client.tune.stopper.timeout import *
