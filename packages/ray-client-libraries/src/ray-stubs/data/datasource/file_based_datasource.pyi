from ray_client.data.datasource.file_based_datasource import *
