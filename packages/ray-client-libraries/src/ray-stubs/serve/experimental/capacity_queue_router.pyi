from ray_client.serve.experimental.capacity_queue_router import *
