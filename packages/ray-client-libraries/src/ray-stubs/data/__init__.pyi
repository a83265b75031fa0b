from ray_client.data import *
