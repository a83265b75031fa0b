from ray_client.data.read_api import *
