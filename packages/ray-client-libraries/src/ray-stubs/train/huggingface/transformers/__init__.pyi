from ray_client.train.huggingface.transformers import *
