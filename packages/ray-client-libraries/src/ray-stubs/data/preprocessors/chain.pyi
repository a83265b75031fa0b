from ray_client.data.preprocessors.chain import *
