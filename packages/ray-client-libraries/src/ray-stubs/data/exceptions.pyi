from ray_client.data.exceptions import *
