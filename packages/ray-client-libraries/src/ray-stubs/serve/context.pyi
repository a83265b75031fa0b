from ray_client.serve.context import *
