from ray_client.util.spark.utils import *
