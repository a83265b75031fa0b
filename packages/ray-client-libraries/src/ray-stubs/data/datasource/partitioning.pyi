from ray_client.data.datasource.partitioning import *
