from ray_client.util.spark.start_ray_node import *
