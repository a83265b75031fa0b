from ray_client.serve.autoscaling_policy import *
