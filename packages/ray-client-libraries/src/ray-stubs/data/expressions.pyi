from ray_client.data.expressions import *
