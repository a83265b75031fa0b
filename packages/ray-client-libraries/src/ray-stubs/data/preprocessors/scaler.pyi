from ray_client.data.preprocessors.scaler import *
