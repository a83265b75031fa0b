from ray_client.serve.schema import *
