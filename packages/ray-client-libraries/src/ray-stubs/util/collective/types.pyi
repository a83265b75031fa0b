from ray_client.util.collective.types import *
