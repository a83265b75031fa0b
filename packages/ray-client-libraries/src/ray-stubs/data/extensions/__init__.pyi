from ray_client.data.extensions import *
