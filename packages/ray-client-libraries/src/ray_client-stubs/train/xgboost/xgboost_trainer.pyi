from ray_client.train import Checkpoint
from ray_client.train import DataConfig
from ray_client.train import RunConfig
from ray_client.train import ScalingConfig
from ray_client.train.v2.xgboost.config import XGBoostConfig as XGBoostConfig_
from ray_client.train.xgboost.v2 import XGBoostTrainer as XGBoostTrainer_
from typing import Any
from typing import Callable
from typing import Dict
from typing import Optional
from typing import Union
import xgboost
LEGACY_XGBOOST_TRAINER_DEPRECATION_MESSAGE: str
TRAIN_DATASET_KEY: str
class XGBoostTrainer(XGBoostTrainer_):
 def __init__(self, train_loop_per_worker: Optional[Union[Callable[[], None], Callable[[Dict], None]]] = ..., *, train_loop_config: Optional[Dict] = ..., xgboost_config: Optional[XGBoostConfig_] = ..., scaling_config: Optional[ScalingConfig] = ..., run_config: Optional[RunConfig] = ..., datasets: Optional[Dict[str, Any]] = ..., dataset_config: Optional[DataConfig] = ..., resume_from_checkpoint: Optional[Checkpoint] = ..., metadata: Optional[Dict[str, Any]] = ..., label_column: Optional[str] = ..., params: Optional[Dict[str, Any]] = ..., num_boost_round: Optional[int] = ..., **train_kwargs: Any) -> None: ...
 @classmethod
 def get_model(cls, checkpoint: Checkpoint) -> xgboost.Booster: ...
