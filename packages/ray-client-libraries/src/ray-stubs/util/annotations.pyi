from ray_client.util.annotations import *
