from ray_client.util import *
