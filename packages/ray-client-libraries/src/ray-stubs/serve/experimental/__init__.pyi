from ray_client.serve.experimental import *
