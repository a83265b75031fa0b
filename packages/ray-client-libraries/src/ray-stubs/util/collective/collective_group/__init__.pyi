from ray_client.util.collective.collective_group import *
