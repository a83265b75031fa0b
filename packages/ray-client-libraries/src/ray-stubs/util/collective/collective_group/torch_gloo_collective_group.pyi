from ray_client.util.collective.collective_group.torch_gloo_collective_group import *
