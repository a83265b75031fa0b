from ray_client.experimental.tqdm_ray import *
