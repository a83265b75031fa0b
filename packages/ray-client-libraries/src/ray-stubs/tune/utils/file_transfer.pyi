from ray_client.tune.utils.file_transfer import *
