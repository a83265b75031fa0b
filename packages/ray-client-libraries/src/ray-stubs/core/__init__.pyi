from ray_client.core import *
