from ray_client.runtime_env import *
