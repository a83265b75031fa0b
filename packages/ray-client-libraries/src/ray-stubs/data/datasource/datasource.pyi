from ray_client.data.datasource.datasource import *
