from ray_client.util.collective.collective_group.base_collective_group import *
