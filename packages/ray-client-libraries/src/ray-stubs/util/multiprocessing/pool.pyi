from ray_client.util.multiprocessing.pool import *
