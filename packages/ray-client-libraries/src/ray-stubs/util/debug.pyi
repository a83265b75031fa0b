from ray_client.util.debug import *
