from ray_client.train import Checkpoint
from typing import Any
from typing import Callable
from typing import Dict
from typing import List
from typing import Optional
from typing import Union
import lightgbm.basic
import lightgbm.callback
import pandas
class RayTrainReportCallback(RayReportCallback): ...
class RayReportCallback:
 CHECKPOINT_NAME: Any
 def __init__(self, metrics: Optional[Union[str, List[str], Dict[str, str]]] = ..., filename: str = ..., frequency: int = ..., checkpoint_at_end: bool = ..., results_postprocessing_fn: Optional[Callable[[Dict[str, Union[float, List[float]]]], Dict[str, float]]] = ...) -> None: ...
 @classmethod
 def get_model(cls, checkpoint: Checkpoint, filename: str = ...) -> lightgbm.basic.Booster: ...
 def __call__(self, env: lightgbm.callback.CallbackEnv) -> None: ...
def normalize_pandas_for_lightgbm(df: pandas.DataFrame) -> pandas.DataFrame: ...
