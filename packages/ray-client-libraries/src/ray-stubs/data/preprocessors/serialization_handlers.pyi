from ray_client.data.preprocessors.serialization_handlers import *
