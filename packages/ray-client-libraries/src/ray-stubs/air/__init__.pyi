from ray_client.air import *
