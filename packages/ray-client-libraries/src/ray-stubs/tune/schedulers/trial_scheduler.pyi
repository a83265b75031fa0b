from ray_client.tune.schedulers.trial_scheduler import *
