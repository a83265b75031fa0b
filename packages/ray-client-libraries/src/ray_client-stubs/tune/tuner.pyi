from ray_client.train.base_trainer import BaseTrainer
from ray_client.tune import RunConfig
from ray_client.tune.impl.tuner_internal import TunerInternal
from ray_client.tune.result_grid import ResultGrid
from ray_client.tune.trainable.trainable import Trainable
from ray_client.tune.tune_config import ResumeConfig
from ray_client.tune.tune_config import TuneConfig
from typing import Any
from typing import Callable
from typing import Dict
from typing import Optional
from typing import Type
from typing import Union
import os
import pyarrow.fs
class Tuner:
 def __init__(self, trainable: Optional[Union[str, Callable, Type[Trainable], BaseTrainer]] = ..., *, param_space: Optional[Dict[str, Any]] = ..., tune_config: Optional[TuneConfig] = ..., run_config: Optional[RunConfig] = ..., _tuner_kwargs: Optional[Dict] = ..., _tuner_internal: Optional[TunerInternal] = ..., _entrypoint: Any = ...) -> None: ...
 @classmethod
 def restore(cls, path: str, trainable: Union[str, Callable, Type[Trainable], BaseTrainer], resume_unfinished: bool = ..., resume_errored: bool = ..., restart_errored: bool = ..., param_space: Optional[Dict[str, Any]] = ..., storage_filesystem: Optional[pyarrow.fs.FileSystem] = ..., _resume_config: Optional[ResumeConfig] = ...) -> Tuner: ...
 @classmethod
 def can_restore(cls, path: Union[str, os.PathLike], storage_filesystem: Optional[pyarrow.fs.FileSystem] = ...) -> bool: ...
 def fit(self) -> ResultGrid: ...
 def get_results(self) -> ResultGrid: ...
 def __getattribute__(self, item: Any) -> Any: ...
TYPE_CHECKING: bool
ClientActorHandle = Any
