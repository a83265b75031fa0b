from ray_client.runtime_context import *
