from ray_client.air.config import RunConfig
from ray_client.air.config import ScalingConfig
from ray_client.train import BackendConfig
from ray_client.train import Checkpoint
from ray_client.train import DataConfig
from ray_client.train.base_trainer import BaseTrainer
from ray_client.train.trainer import TrainingIterator
from typing import Any
from typing import Callable
from typing import Dict
from typing import Optional
from typing import Type
from typing import Union
class DataParallelTrainer(BaseTrainer):
 def __init__(self, train_loop_per_worker: Union[Callable[[], None], Callable[[Dict], None]], *, train_loop_config: Optional[Dict] = ..., backend_config: Optional[BackendConfig] = ..., scaling_config: Optional[ScalingConfig] = ..., dataset_config: Optional[DataConfig] = ..., run_config: Optional[RunConfig] = ..., datasets: Optional[Dict[str, Any]] = ..., metadata: Optional[Dict[str, Any]] = ..., resume_from_checkpoint: Optional[Checkpoint] = ...) -> None: ...
 @classmethod
 def restore(cls, path: str, train_loop_per_worker: Optional[Union[Callable[[], None], Callable[[Dict], None]]] = ..., train_loop_config: Optional[Dict] = ..., **kwargs: Any) -> Any: ...
 def training_loop(self) -> None: ...
 def get_dataset_config(self) -> DataConfig: ...
RAY_TRAIN_ENABLE_STATE_TRACKING: str
