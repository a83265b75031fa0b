from ray_client.tune.progress_reporter import *
