from ray_client.util.check_serialize import *
