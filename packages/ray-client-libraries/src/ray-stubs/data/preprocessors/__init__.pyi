from ray_client.data.preprocessors import *
