from ray_client.air.config import *
