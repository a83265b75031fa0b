from ray_client.actor import *
