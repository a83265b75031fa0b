from ray_client.experimental.util import *
