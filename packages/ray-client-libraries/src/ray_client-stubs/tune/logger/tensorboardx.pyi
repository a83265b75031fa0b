from ray_client.tune.experiment.trial import Trial
from ray_client.tune.logger.logger import LoggerCallback
from typing import Any
from typing import Dict
class TBXLoggerCallback(LoggerCallback):
 VALID_HPARAMS: Any
 VALID_NP_HPARAMS: Any
 def __init__(self) -> None: ...
 def log_trial_start(self, trial: Trial) -> Any: ...
 def log_trial_result(self, iteration: int, trial: Trial, result: Dict) -> Any: ...
 def log_trial_end(self, trial: Trial, failed: bool = ...) -> Any: ...
TIMESTEPS_TOTAL: str
TIME_TOTAL_S: str
TRAINING_ITERATION: str
TYPE_CHECKING: bool
