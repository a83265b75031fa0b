from ray_client.data.context import *
