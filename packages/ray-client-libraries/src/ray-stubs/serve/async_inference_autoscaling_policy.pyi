from ray_client.serve.async_inference_autoscaling_policy import *
