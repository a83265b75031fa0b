from ray_client.data.aggregate import *
