from ray_client.train import BackendConfig
from ray_client.train import Checkpoint
from ray_client.train import DataConfig
from ray_client.train import Result
from ray_client.train import RunConfig
from ray_client.train import ScalingConfig
from ray_client.train import ValidationConfig
from typing import Any
from typing import Callable
from typing import Dict
from typing import Optional
from typing import Union
class DataParallelTrainer:
 run_config: Any
 train_loop_per_worker: Any
 validation_config: Any
 train_loop_config: Any
 scaling_config: Any
 backend_config: Any
 datasets: Any
 data_config: Any
 running_in_local_mode: Any
 train_run_context: Any
 def __init__(self, train_loop_per_worker: Union[Callable[[], Any], Callable[[Dict], Any]], *, train_loop_config: Optional[Dict] = ..., backend_config: Optional[BackendConfig] = ..., scaling_config: Optional[ScalingConfig] = ..., run_config: Optional[RunConfig] = ..., datasets: Optional[Dict[str, Any]] = ..., dataset_config: Optional[DataConfig] = ..., resume_from_checkpoint: Optional[Checkpoint] = ..., metadata: Optional[Dict[str, Any]] = ..., validation_config: Optional[ValidationConfig] = ...) -> None: ...
 def fit(self) -> Result: ...
 @classmethod
 def restore(cls, *args: Any, **kwargs: Any) -> Any: ...
 @classmethod
 def can_restore(cls, *args: Any, **kwargs: Any) -> Any: ...
DEFAULT_RAY_WARN_BLOCKING_GET_INSIDE_ASYNC_VALUE: str
ENABLE_NCCL_HANG_DETECTOR_ENV_VAR: str
METRICS_ENABLED_ENV_VAR: str
RAY_CHDIR_TO_TRIAL_DIR: str
RAY_TRAIN_ENABLE_STATE_TRACKING: str
RAY_WARN_BLOCKING_GET_INSIDE_ASYNC_ENV_VAR: str
V2_ENABLED_ENV_VAR: str
