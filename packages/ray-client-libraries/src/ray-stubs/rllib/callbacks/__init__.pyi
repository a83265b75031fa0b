from ray_client.rllib.callbacks import *
