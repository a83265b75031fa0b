from ray_client.data.preprocessors.imputer import *
