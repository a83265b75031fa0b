from ray_client.util.actor_pool import *
