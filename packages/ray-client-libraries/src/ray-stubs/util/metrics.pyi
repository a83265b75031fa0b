from ray_client.util.metrics import *
