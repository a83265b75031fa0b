from ray_client.data.dataset import *
