from ray_client.util.collective.collective import *
