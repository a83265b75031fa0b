from ray_client.serve.api import *
