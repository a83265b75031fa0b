from ray_client.util.multiprocessing import *
