from ray_client.util.collective import *
