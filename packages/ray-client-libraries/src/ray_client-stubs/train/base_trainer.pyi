from ray_client.air.config import RunConfig
from ray_client.air.config import ScalingConfig
from ray_client.data.dataset import Dataset
from ray_client.train import Checkpoint
from ray_client.tune import Result
from ray_client.tune.trainable.trainable import Trainable
from typing import Any
from typing import Callable
from typing import Dict
from typing import List
from typing import Optional
from typing import Type
from typing import Union
import os
import pyarrow.fs
class BaseTrainer(object):
 scaling_config: Any
 run_config: Any
 metadata: Any
 datasets: Any
 starting_checkpoint: Any
 def __init__(self, *, scaling_config: Optional[ScalingConfig] = ..., run_config: Optional[RunConfig] = ..., datasets: Optional[Dict[str, GenDataset]] = ..., metadata: Optional[Dict[str, Any]] = ..., resume_from_checkpoint: Optional[Checkpoint] = ...) -> None: ...
 @classmethod
 def restore(cls: Type[BaseTrainer], path: Union[str, os.PathLike], storage_filesystem: Optional[pyarrow.fs.FileSystem] = ..., datasets: Optional[Dict[str, GenDataset]] = ..., scaling_config: Optional[ScalingConfig] = ..., **kwargs: Any) -> BaseTrainer: ...
 @classmethod
 def can_restore(cls: Type[BaseTrainer], path: Union[str, os.PathLike], storage_filesystem: Optional[pyarrow.fs.FileSystem] = ...) -> bool: ...
 def __repr__(self) -> Any: ...
 def __new__(cls, *args: Any, **kwargs: Any) -> Any: ...
 def setup(self) -> None: ...
 def preprocess_datasets(self) -> None: ...
 def training_loop(self) -> None: ...
 def fit(self) -> Result: ...
 def as_trainable(self) -> Type[Trainable]: ...
GenDataset = Union[Dataset, Callable[[], Dataset]]
PREPROCESSOR_DEPRECATION_MESSAGE: str
TYPE_CHECKING: bool
class TrainingFailedError(RuntimeError): ...
V2_MIGRATION_GUIDE_LINK_MESSAGE: str
V2_MIGRATION_GUIDE_MESSAGE: str
def format_datasets_for_repr(datasets: Optional[Dict[str, GenDataset]]) -> str: ...
