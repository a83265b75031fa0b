from ray_client.util.serialization import *
