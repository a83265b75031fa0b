from ray_client.serve.config import *
