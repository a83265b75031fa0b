from ray_client.remote_function import *
