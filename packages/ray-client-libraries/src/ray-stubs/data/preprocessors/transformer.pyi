from ray_client.data.preprocessors.transformer import *
