from ray_client.serve.multiplex import *
