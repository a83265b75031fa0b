from ray_client.train.horovod.config import HorovodConfig as HorovodConfig
from ray_client.train.v2.horovod.horovod_trainer import HorovodTrainer as HorovodTrainer
