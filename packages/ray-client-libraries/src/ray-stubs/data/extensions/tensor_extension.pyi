from ray_client.data.extensions.tensor_extension import *
