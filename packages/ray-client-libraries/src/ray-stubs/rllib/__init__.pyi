from ray_client.rllib import *
