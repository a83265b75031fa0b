from ray_client.data.preprocessors.hasher import *
