from ray_client.air.session import *
