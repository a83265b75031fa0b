from ray_client.tune.execution.tune_controller import TuneController
from ray_client.tune.experiment.trial import Trial
from ray_client.tune.schedulers.hyperband import HyperBandScheduler
from typing import Any
from typing import Dict
from typing import Optional
class HyperBandForBOHB(HyperBandScheduler):
 def on_trial_add(self, tune_controller: TuneController, trial: Trial) -> Any: ...
 def on_trial_result(self, tune_controller: TuneController, trial: Trial, result: Dict) -> str: ...
 def choose_trial_to_run(self, tune_controller: TuneController, allow_recurse: bool = ...) -> Optional[Trial]: ...
TYPE_CHECKING: bool
