from ray_client.data.stats import *
