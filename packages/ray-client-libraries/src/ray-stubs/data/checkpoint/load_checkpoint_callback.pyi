from ray_client.data.checkpoint.load_checkpoint_callback import *
