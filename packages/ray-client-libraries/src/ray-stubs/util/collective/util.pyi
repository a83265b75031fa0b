from ray_client.util.collective.util import *
