from ray_client.experimental.channel.common import *
