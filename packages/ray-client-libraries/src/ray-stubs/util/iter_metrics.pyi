from ray_client.util.iter_metrics import *
