from ray_client.data.block import *
