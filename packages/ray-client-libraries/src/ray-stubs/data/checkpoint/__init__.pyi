from ray_client.data.checkpoint import *
