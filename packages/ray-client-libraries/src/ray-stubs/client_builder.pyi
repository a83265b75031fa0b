from ray_client.client_builder import *
