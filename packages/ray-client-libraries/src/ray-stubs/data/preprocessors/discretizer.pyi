from ray_client.data.preprocessors.discretizer import *
