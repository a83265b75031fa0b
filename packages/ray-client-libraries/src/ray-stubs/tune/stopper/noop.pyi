from ray_client.tune.stopper.noop import *
