from ray_client.dag import *
