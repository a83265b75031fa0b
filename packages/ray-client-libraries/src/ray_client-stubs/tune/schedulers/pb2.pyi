from ray_client.tune.execution.tune_controller import TuneController
from ray_client.tune.experiment.trial import Trial
from ray_client.tune.schedulers.pbt import PopulationBasedTraining
from typing import Any
from typing import Callable
from typing import Dict
from typing import Optional
from typing import Union
class PB2(PopulationBasedTraining):
 last_exploration_time: Any
 data: Any
 current: Any
 def __init__(self, time_attr: str = ..., metric: Optional[str] = ..., mode: Optional[str] = ..., perturbation_interval: float = ..., hyperparam_bounds: Dict[str, Union[dict, list, tuple]] = ..., quantile_fraction: float = ..., log_config: bool = ..., require_attrs: bool = ..., synch: bool = ..., custom_explore_fn: Optional[Callable[[dict], dict]] = ...) -> None: ...
 def on_trial_add(self, tune_controller: TuneController, trial: Trial) -> Any: ...
TYPE_CHECKING: bool
def import_pb2_dependencies() -> Any: ...
