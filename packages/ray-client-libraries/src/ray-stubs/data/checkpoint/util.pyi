from ray_client.data.checkpoint.util import *
