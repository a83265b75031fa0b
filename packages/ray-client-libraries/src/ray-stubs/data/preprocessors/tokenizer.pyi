from ray_client.data.preprocessors.tokenizer import *
