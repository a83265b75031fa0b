from ray_client.train.data_parallel_trainer import *
