from ray_client.rllib.callbacks.callbacks import *
