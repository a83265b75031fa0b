from ray_client.data.datasource import *
