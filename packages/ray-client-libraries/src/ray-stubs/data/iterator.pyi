from ray_client.data.iterator import *
