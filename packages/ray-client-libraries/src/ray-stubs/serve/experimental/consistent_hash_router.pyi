from ray_client.serve.experimental.consistent_hash_router import *
