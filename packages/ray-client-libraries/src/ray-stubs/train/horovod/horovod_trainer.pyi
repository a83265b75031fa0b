from ray_client.train.horovod.horovod_trainer import *
