from ray_client.util.collective.collective_group.nccl_collective_group import *
