from ray_client.data.util import *
