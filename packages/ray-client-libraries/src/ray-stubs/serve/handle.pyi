from ray_client.serve.handle import *
