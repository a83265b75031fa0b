from ray_client.util.helpers import *
