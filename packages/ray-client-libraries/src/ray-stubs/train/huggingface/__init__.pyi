from ray_client.train.huggingface import *
