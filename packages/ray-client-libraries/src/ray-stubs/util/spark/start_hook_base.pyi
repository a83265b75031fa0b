from ray_client.util.spark.start_hook_base import *
