from ray_client.data.checkpoint.checkpoint_writer import *
