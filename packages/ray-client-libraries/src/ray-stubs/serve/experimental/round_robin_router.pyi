from ray_client.serve.experimental.round_robin_router import *
