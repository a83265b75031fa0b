from ray_client.air.config import CheckpointConfig as CheckpointConfig_
from ray_client.air.config import FailureConfig as FailureConfig_
from ray_client.air.config import RunConfig as RunConfig_
from ray_client.train.context import TrainContext
from ray_client.tune.analysis.experiment_analysis import ExperimentAnalysis as ExperimentAnalysis
from ray_client.tune.callback import Callback as Callback
from ray_client.tune.error import TuneError as TuneError
from ray_client.tune.execution.placement_groups import PlacementGroupFactory
from ray_client.tune.execution.placement_groups import PlacementGroupFactory as PlacementGroupFactory
from ray_client.tune.experiment.experiment import Experiment as Experiment
from ray_client.tune.progress_reporter import CLIReporter as CLIReporter
from ray_client.tune.progress_reporter import JupyterNotebookReporter as JupyterNotebookReporter
from ray_client.tune.progress_reporter import ProgressReporter as ProgressReporter
from ray_client.tune.registry import register_env as register_env
from ray_client.tune.registry import register_trainable as register_trainable
from ray_client.tune.result_grid import ResultGrid as ResultGrid
from ray_client.tune.schedulers import create_scheduler as create_scheduler
from ray_client.tune.search import create_searcher as create_searcher
from ray_client.tune.search.sample import choice as choice
from ray_client.tune.search.sample import lograndint as lograndint
from ray_client.tune.search.sample import loguniform as loguniform
from ray_client.tune.search.sample import qlograndint as qlograndint
from ray_client.tune.search.sample import qloguniform as qloguniform
from ray_client.tune.search.sample import qrandint as qrandint
from ray_client.tune.search.sample import qrandn as qrandn
from ray_client.tune.search.sample import quniform as quniform
from ray_client.tune.search.sample import randint as randint
from ray_client.tune.search.sample import randn as randn
from ray_client.tune.search.sample import sample_from as sample_from
from ray_client.tune.search.sample import uniform as uniform
from ray_client.tune.search.variant_generator import grid_search as grid_search
from ray_client.tune.stopper.stopper import Stopper as Stopper
from ray_client.tune.syncer import SyncConfig as SyncConfig
from ray_client.tune.trainable.trainable import Trainable as Trainable
from ray_client.tune.trainable.util import with_parameters as with_parameters
from ray_client.tune.trainable.util import with_resources as with_resources
from ray_client.tune.tune import run as run
from ray_client.tune.tune import run_experiments as run_experiments
from ray_client.tune.tune_config import ResumeConfig as ResumeConfig
from ray_client.tune.tune_config import TuneConfig as TuneConfig
from ray_client.tune.tuner import Tuner as Tuner
from typing import Any
from typing import Dict
from typing import List
from typing import Optional
from typing import Tuple
from typing import Union
import dataclasses
import os
import pandas
import pyarrow.fs
@dataclasses.dataclass
class Result:
 metrics: Optional[Dict[str, Any]]
 checkpoint: Optional[Checkpoint]
 error: Optional[Exception]
 path: str
 metrics_dataframe: Optional[pandas.DataFrame] = ...
 best_checkpoints: Optional[List[Tuple[Checkpoint, Dict[str, Any]]]] = ...
 @property
 def config(self) -> Optional[Dict[str, Any]]: ...
 @property
 def filesystem(self) -> pyarrow.fs.FileSystem: ...
 def __repr__(self) -> str: ...
 @classmethod
 def from_path(cls, path: Union[str, os.PathLike], storage_filesystem: Optional[pyarrow.fs.FileSystem] = ...) -> Result: ...
 def get_best_checkpoint(self, metric: str, mode: str) -> Optional[Checkpoint]: ...
class Checkpoint(Any): ...
@dataclasses.dataclass
class RunConfig(RunConfig_):
 def __post_init__(self) -> Any: ...
@dataclasses.dataclass
class CheckpointConfig(CheckpointConfig_): ...
@dataclasses.dataclass
class FailureConfig(FailureConfig_): ...
def get_checkpoint() -> Optional[Checkpoint]: ...
def report(metrics: Dict, *, checkpoint: Optional[Checkpoint] = ...) -> None: ...
def get_context() -> TuneContext: ...
class TuneContext(TrainContext):
 def get_trial_name(self) -> str: ...
 def get_trial_id(self) -> str: ...
 def get_trial_resources(self) -> PlacementGroupFactory: ...
 def get_trial_dir(self) -> str: ...
 def get_metadata(self) -> Dict[str, Any]: ...
 def get_world_size(self) -> int: ...
 def get_world_rank(self) -> int: ...
 def get_local_rank(self) -> int: ...
 def get_local_world_size(self) -> int: ...
 def get_node_rank(self) -> int: ...
