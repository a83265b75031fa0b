from ray_client.util.spark.databricks_hook import *
