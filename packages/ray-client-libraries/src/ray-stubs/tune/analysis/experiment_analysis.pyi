from ray_client.tune.analysis.experiment_analysis import *
