from ray_client.types import *
