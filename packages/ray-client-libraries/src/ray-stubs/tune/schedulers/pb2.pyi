from ray_client.tune.schedulers.pb2 import *
