from ray_client.data.datasource.datasink import *
