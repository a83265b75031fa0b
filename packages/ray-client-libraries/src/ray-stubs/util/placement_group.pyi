from ray_client.util.placement_group import *
