from ray_client.util.collective.collective_group.cuda_stream import *
