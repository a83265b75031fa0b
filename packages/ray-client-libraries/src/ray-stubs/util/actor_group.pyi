from ray_client.util.actor_group import *
