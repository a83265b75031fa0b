from ray_client.data.preprocessors.normalizer import *
