from ray_client.tune import CheckpointConfig
from ray_client.tune.execution.placement_groups import PlacementGroupFactory
from ray_client.tune.experiment.trial import Trial
from ray_client.tune.stopper.stopper import Stopper
from ray_client.tune.syncer import SyncConfig
from typing import Any
from typing import Callable
from typing import Dict
from typing import Mapping
from typing import Optional
from typing import Sequence
from typing import Type
from typing import Union
import datetime
import pyarrow.fs
class Experiment:
 PUBLIC_KEYS: Any
 storage: Any
 spec: Any
 def __init__(self, name: str, run: Union[str, Callable, Type], *, stop: Optional[Union[Mapping, Stopper, Callable[[str, Mapping], bool]]] = ..., time_budget_s: Optional[Union[int, float, datetime.timedelta]] = ..., config: Optional[Dict[str, Any]] = ..., resources_per_trial: Union[None, Mapping[str, Union[float, int, Mapping]], PlacementGroupFactory] = ..., num_samples: int = ..., storage_path: Optional[str] = ..., storage_filesystem: Optional[pyarrow.fs.FileSystem] = ..., sync_config: Optional[Union[SyncConfig, dict]] = ..., checkpoint_config: Optional[Union[CheckpointConfig, dict]] = ..., trial_name_creator: Optional[Callable[[Trial], str]] = ..., trial_dirname_creator: Optional[Callable[[Trial], str]] = ..., log_to_file: bool = ..., export_formats: Optional[Sequence] = ..., max_failures: int = ..., restore: Optional[str] = ..., local_dir: Optional[str] = ...) -> None: ...
 @classmethod
 def from_json(cls, name: str, spec: dict) -> Any: ...
 @classmethod
 def get_trainable_name(cls, run_object: Union[str, Callable, Type]) -> Any: ...
 @classmethod
 def register_if_needed(cls, run_object: Union[str, Callable, Type]) -> Any: ...
 @property
 def stopper(self) -> Any: ...
 @property
 def local_path(self) -> Optional[str]: ...
 @property
 def local_dir(self) -> Any: ...
 @property
 def remote_path(self) -> Optional[str]: ...
 @property
 def path(self) -> Optional[str]: ...
 @property
 def checkpoint_config(self) -> Any: ...
 @property
 def checkpoint_dir(self) -> Any: ...
 @property
 def run_identifier(self) -> Any: ...
 @property
 def public_spec(self) -> Dict[str, Any]: ...
DEFAULT_STORAGE_PATH: Any
TYPE_CHECKING: bool
