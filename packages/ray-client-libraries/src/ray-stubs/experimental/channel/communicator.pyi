from ray_client.experimental.channel.communicator import *
