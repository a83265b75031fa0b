from ray_client.serve.metrics import *
