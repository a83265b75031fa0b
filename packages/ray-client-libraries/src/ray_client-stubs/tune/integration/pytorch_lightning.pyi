from typing import Any
from typing import Dict
from typing import List
from typing import Optional
from typing import Union
import lightning.pytorch
class TuneCallback(lightning.pytorch.Callback):
 def __init__(self, on: Union[str, List[str]] = ...) -> None: ...
class TuneReportCallback(TuneReportCheckpointCallback):
 def __init__(self, metrics: Optional[Union[str, List[str], Dict[str, str]]] = ..., on: Union[str, List[str]] = ...) -> None: ...
class TuneReportCheckpointCallback(TuneCallback):
 def __init__(self, metrics: Optional[Union[str, List[str], Dict[str, str]]] = ..., filename: str = ..., save_checkpoints: bool = ..., on: Union[str, List[str]] = ...) -> None: ...
