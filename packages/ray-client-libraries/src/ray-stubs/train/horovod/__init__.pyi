from ray_client.train.horovod import *
