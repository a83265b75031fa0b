from ray_client.train.horovod.config import HorovodConfig as HorovodConfig
from ray_client.train.v2._internal.constants import is_v2_enabled as is_v2_enabled
from ray_client.train.v2.horovod.horovod_trainer import HorovodTrainer as HorovodTrainer
