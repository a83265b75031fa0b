from ray_client.experimental.util.types import *
