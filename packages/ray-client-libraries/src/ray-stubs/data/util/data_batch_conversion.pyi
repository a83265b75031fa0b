from ray_client.data.util.data_batch_conversion import *
