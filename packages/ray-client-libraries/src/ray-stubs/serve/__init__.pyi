from ray_client.serve import *
