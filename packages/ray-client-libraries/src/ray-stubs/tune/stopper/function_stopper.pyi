from ray_client.tune.stopper.function_stopper import *
