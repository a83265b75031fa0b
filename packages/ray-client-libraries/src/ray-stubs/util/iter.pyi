from ray_client.util.iter import *
