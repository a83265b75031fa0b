from ray_client.serve.exceptions import *
