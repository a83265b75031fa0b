from ray_client.experimental.locations import *
