from ray_client.util.client import *
