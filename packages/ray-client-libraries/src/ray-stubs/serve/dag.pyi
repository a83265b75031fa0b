from ray_client.serve.dag import *
