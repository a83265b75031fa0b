from ray_client.data.catalog import *
