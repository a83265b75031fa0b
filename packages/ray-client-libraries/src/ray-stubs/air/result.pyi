from ray_client.air.result import *
