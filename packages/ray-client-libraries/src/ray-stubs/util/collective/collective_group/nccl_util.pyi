from ray_client.util.collective.collective_group.nccl_util import *
