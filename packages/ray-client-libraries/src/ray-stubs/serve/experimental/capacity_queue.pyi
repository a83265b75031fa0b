from ray_client.serve.experimental.capacity_queue import *
