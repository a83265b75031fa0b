from ray_client.data.preprocessor import *
