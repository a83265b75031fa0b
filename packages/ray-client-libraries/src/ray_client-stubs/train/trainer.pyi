from ray_client.data.dataset import Dataset
from ray_client.train import BackendConfig
from ray_client.train import Checkpoint
from ray_client.train import DataConfig
from typing import Any
from typing import Callable
from typing import Dict
from typing import Optional
from typing import Union
import pathlib
class TrainingIterator:
 def __init__(self, backend_executor: Union[Any, Any], backend_config: BackendConfig, train_func: Union[Callable[[], T], Callable[[Dict[str, Any]], T]], datasets: Dict[str, Dataset], metadata: Dict[str, Any], data_config: DataConfig, checkpoint: Optional[Union[Dict, str, pathlib.Path, Checkpoint]]) -> None: ...
 def __iter__(self) -> Any: ...
 def __next__(self) -> Any: ...
 def is_finished(self) -> bool: ...
TYPE_CHECKING: bool
T = Any
