from ray_client.train import Checkpoint
from typing import Any
from typing import Callable
from typing import Dict
from typing import List
from typing import Optional
from typing import Union
import xgboost.callback
import xgboost.core
class RayTrainReportCallback(RayReportCallback):
 def __init__(self, metrics: Optional[Union[str, List[str], Dict[str, str]]] = ..., filename: str = ..., frequency: int = ..., checkpoint_at_end: bool = ..., results_postprocessing_fn: Optional[Callable[[Dict[str, Union[float, List[float]]]], Dict[str, float]]] = ...) -> None: ...
class RayReportCallback(xgboost.callback.TrainingCallback):
 CHECKPOINT_NAME: Any
 def __init__(self, metrics: Optional[Union[str, List[str], Dict[str, str]]] = ..., filename: str = ..., frequency: int = ..., checkpoint_at_end: bool = ..., results_postprocessing_fn: Optional[Callable[[Dict[str, Union[float, List[float]]]], Dict[str, float]]] = ...) -> None: ...
 @classmethod
 def get_model(cls, checkpoint: Checkpoint, filename: str = ...) -> xgboost.core.Booster: ...
 def after_iteration(self, model: xgboost.core.Booster, epoch: int, evals_log: Dict) -> Any: ...
 def after_training(self, model: xgboost.core.Booster) -> xgboost.core.Booster: ...
