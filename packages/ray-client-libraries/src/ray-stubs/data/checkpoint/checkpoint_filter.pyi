from ray_client.data.checkpoint.checkpoint_filter import *
