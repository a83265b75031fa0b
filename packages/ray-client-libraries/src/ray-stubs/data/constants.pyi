from ray_client.data.constants import *
