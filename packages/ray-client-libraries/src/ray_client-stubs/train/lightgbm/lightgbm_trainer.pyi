from ray_client.train import Checkpoint
from ray_client.train import DataConfig
from ray_client.train import RunConfig
from ray_client.train import ScalingConfig
from ray_client.train.lightgbm.config import LightGBMConfig
from ray_client.train.lightgbm.v2 import LightGBMTrainer as LightGBMTrainer_
from typing import Any
from typing import Callable
from typing import Dict
from typing import Optional
from typing import Union
import lightgbm
LEGACY_LIGHTGBM_TRAINER_DEPRECATION_MESSAGE: str
class LightGBMTrainer(LightGBMTrainer_):
 def __init__(self, train_loop_per_worker: Optional[Union[Callable[[], None], Callable[[Dict], None]]] = ..., *, train_loop_config: Optional[Dict] = ..., lightgbm_config: Optional[LightGBMConfig] = ..., scaling_config: Optional[ScalingConfig] = ..., run_config: Optional[RunConfig] = ..., datasets: Optional[Dict[str, Any]] = ..., dataset_config: Optional[DataConfig] = ..., resume_from_checkpoint: Optional[Checkpoint] = ..., metadata: Optional[Dict[str, Any]] = ..., label_column: Optional[str] = ..., params: Optional[Dict[str, Any]] = ..., num_boost_round: Optional[int] = ..., **train_kwargs: Any) -> None: ...
 @classmethod
 def get_model(cls, checkpoint: Checkpoint) -> lightgbm.Booster: ...
TRAIN_DATASET_KEY: str
