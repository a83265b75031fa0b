from ray_client.data.preprocessors.torch import *
