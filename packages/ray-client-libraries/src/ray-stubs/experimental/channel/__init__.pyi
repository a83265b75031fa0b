from ray_client.experimental.channel import *
