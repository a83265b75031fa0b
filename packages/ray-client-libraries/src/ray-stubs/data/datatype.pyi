from ray_client.data.datatype import *
