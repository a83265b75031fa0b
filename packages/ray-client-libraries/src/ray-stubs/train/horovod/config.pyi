from ray_client.train.horovod.config import *
