from ray_client.data.collate_fn import *
