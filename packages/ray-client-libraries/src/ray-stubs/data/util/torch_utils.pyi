from ray_client.data.util.torch_utils import *
