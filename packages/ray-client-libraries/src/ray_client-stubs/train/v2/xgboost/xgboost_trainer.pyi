from ray_client.train import Checkpoint
from ray_client.train import DataConfig
from ray_client.train import RunConfig
from ray_client.train import ScalingConfig
from ray_client.train import ValidationConfig
from ray_client.train.v2.api.data_parallel_trainer import DataParallelTrainer
from ray_client.train.v2.xgboost.config import XGBoostConfig
from typing import Any
from typing import Callable
from typing import Dict
from typing import Optional
from typing import Union
TYPE_CHECKING: bool
class XGBoostTrainer(DataParallelTrainer):
 def __init__(self, train_loop_per_worker: Union[Callable[[], Any], Callable[[Dict], Any]], *, train_loop_config: Optional[Dict] = ..., xgboost_config: Optional[XGBoostConfig] = ..., scaling_config: Optional[ScalingConfig] = ..., run_config: Optional[RunConfig] = ..., datasets: Optional[Dict[str, Any]] = ..., dataset_config: Optional[DataConfig] = ..., validation_config: Optional[ValidationConfig] = ..., metadata: Optional[Dict[str, Any]] = ..., resume_from_checkpoint: Optional[Checkpoint] = ..., label_column: Optional[str] = ..., params: Optional[Dict[str, Any]] = ..., num_boost_round: Optional[int] = ...) -> None: ...
 @classmethod
 def get_model(cls, checkpoint: Checkpoint) -> Any: ...
