from ray_client.util.queue import *
