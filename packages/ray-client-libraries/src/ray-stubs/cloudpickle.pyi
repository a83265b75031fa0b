from ray_client.cloudpickle import *
