from ray_client.data.preprocessors.concatenator import *
