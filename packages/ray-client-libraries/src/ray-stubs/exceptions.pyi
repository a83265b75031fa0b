from ray_client.exceptions import *
