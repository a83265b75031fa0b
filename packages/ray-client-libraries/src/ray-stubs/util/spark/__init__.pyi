from ray_client.util.spark import *
