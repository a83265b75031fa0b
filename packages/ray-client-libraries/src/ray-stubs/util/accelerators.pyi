from ray_client.util.accelerators import *
