from ray_client.util.tracing import *
