from ray_client.data.checkpoint.interfaces import *
