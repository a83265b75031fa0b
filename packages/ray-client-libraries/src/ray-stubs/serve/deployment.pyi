from ray_client.serve.deployment import *
