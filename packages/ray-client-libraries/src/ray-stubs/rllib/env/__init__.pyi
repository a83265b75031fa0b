from ray_client.rllib.env import *
