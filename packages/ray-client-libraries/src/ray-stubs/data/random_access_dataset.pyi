from ray_client.data.random_access_dataset import *
