from ray_client.tune.schedulers.pb2_utils import *
