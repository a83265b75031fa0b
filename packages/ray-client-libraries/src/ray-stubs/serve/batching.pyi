from ray_client.serve.batching import *
