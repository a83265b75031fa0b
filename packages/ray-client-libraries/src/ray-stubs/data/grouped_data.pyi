from ray_client.data.grouped_data import *
