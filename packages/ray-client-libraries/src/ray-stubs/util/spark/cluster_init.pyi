from ray_client.util.spark.cluster_init import *
