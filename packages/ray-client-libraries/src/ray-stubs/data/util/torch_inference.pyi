from ray_client.data.util.torch_inference import *
