from ray_client.experimental import *
