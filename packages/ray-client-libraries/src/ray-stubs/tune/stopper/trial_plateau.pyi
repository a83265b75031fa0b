from ray_client.tune.stopper.trial_plateau import *
