from ray_client.air.config import RunConfig
from ray_client.air.config import ScalingConfig
from ray_client.train import Checkpoint
from ray_client.train import DataConfig
from ray_client.train.data_parallel_trainer import DataParallelTrainer
from ray_client.train.horovod.config import HorovodConfig
from typing import Any
from typing import Callable
from typing import Dict
from typing import Optional
from typing import Union
class HorovodTrainer(DataParallelTrainer):
 def __init__(self, train_loop_per_worker: Union[Callable[[], None], Callable[[Dict], None]], *, train_loop_config: Optional[Dict] = ..., horovod_config: Optional[HorovodConfig] = ..., scaling_config: Optional[ScalingConfig] = ..., dataset_config: Optional[DataConfig] = ..., run_config: Optional[RunConfig] = ..., datasets: Optional[Dict[str, Any]] = ..., metadata: Optional[Dict[str, Any]] = ..., resume_from_checkpoint: Optional[Checkpoint] = ...) -> None: ...
