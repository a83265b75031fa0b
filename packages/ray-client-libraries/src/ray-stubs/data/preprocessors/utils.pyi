from ray_client.data.preprocessors.utils import *
