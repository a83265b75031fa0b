from ray_client.train.xgboost._xgboost_utils import RayReportCallback
from typing import Any
from typing import Callable
from typing import Dict
from typing import List
from typing import Optional
from typing import Union
class TuneReportCallback:
 def __new__(cls: type, *args: Any, **kwargs: Any) -> Any: ...
class TuneReportCheckpointCallback(RayReportCallback):
 def __init__(self, metrics: Optional[Union[str, List[str], Dict[str, str]]] = ..., filename: str = ..., frequency: int = ..., checkpoint_at_end: bool = ..., results_postprocessing_fn: Optional[Callable[[Dict[str, Union[float, List[float]]]], Dict[str, float]]] = ...) -> None: ...
