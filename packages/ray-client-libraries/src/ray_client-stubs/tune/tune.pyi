from ray_client.tune import CheckpointConfig
from ray_client.tune.analysis.experiment_analysis import ExperimentAnalysis
from ray_client.tune.callback import Callback
from ray_client.tune.execution.placement_groups import PlacementGroupFactory
from ray_client.tune.experiment.experiment import Experiment
from ray_client.tune.experiment.trial import Trial
from ray_client.tune.experimental.output import AirVerbosity
from ray_client.tune.progress_reporter import ProgressReporter
from ray_client.tune.schedulers.trial_scheduler import TrialScheduler
from ray_client.tune.search.search_algorithm import SearchAlgorithm
from ray_client.tune.search.searcher import Searcher
from ray_client.tune.stopper.stopper import Stopper
from ray_client.tune.syncer import SyncConfig
from ray_client.tune.tune_config import ResumeConfig
from ray_client.tune.utils.log import Verbosity
from ray_client.util.queue import Queue
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
class _Config(object):
 def to_dict(self) -> dict: ...
def run(run_or_experiment: Union[str, Callable, Type], *, name: Optional[str] = ..., metric: Optional[str] = ..., mode: Optional[str] = ..., stop: Optional[Union[Mapping, Stopper, Callable[[str, Mapping], bool]]] = ..., time_budget_s: Optional[Union[int, float, datetime.timedelta]] = ..., config: Optional[Dict[str, Any]] = ..., resources_per_trial: Union[None, Mapping[str, Union[float, int, Mapping]], PlacementGroupFactory] = ..., num_samples: int = ..., storage_path: Optional[str] = ..., storage_filesystem: Optional[pyarrow.fs.FileSystem] = ..., search_alg: Optional[Union[Searcher, SearchAlgorithm, str]] = ..., scheduler: Optional[Union[TrialScheduler, str]] = ..., checkpoint_config: Optional[CheckpointConfig] = ..., verbose: Optional[Union[int, AirVerbosity, Verbosity]] = ..., progress_reporter: Optional[ProgressReporter] = ..., log_to_file: bool = ..., trial_name_creator: Optional[Callable[[Trial], str]] = ..., trial_dirname_creator: Optional[Callable[[Trial], str]] = ..., sync_config: Optional[SyncConfig] = ..., export_formats: Optional[Sequence] = ..., max_failures: int = ..., fail_fast: bool = ..., restore: Optional[str] = ..., resume: Optional[Union[bool, str]] = ..., resume_config: Optional[ResumeConfig] = ..., reuse_actors: bool = ..., raise_on_failed_trial: bool = ..., callbacks: Optional[Sequence[Callback]] = ..., max_concurrent_trials: Optional[int] = ..., keep_checkpoints_num: Optional[int] = ..., checkpoint_score_attr: Optional[str] = ..., checkpoint_freq: int = ..., checkpoint_at_end: bool = ..., chdir_to_trial_dir: bool = ..., local_dir: Optional[str] = ..., _remote: Optional[bool] = ..., _remote_string_queue: Optional[Queue] = ..., _entrypoint: Any = ...) -> ExperimentAnalysis: ...
def run_experiments(experiments: Union[Experiment, Mapping, Sequence[Union[Experiment, Mapping]]], scheduler: Optional[TrialScheduler] = ..., verbose: Optional[Union[int, AirVerbosity, Verbosity]] = ..., progress_reporter: Optional[ProgressReporter] = ..., resume: Optional[Union[bool, str]] = ..., resume_config: Optional[ResumeConfig] = ..., reuse_actors: bool = ..., raise_on_failed_trial: bool = ..., concurrent: bool = ..., callbacks: Optional[Sequence[Callback]] = ..., _remote: Optional[bool] = ...) -> Any: ...
IS_NOTEBOOK: bool
RAY_CHDIR_TO_TRIAL_DIR: str
TYPE_CHECKING: bool
