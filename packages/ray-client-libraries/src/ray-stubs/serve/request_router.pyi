from ray_client.serve.request_router import *
