from ray_client.tune.stopper.experiment_plateau import *
