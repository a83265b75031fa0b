from ray_client.serve.utils import *
