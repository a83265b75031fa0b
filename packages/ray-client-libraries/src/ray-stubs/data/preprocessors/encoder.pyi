from ray_client.data.preprocessors.encoder import *
